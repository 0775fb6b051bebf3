"""The words of rich text (RTF) that stand for characters, code pages, or parts without text."""

from __future__ import annotations

#: Words that are characters.
CHARACTERS = {
    "tab": " ",
    "emdash": "—",
    "endash": "–",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}

#: Python's name of the encoding behind each `\\fcharset`.
CODE_PAGES = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}

#: Words that begin a part which shows no text of its own, or only on every page.
SKIPPED = frozenset(
    {"colortbl", "datastore", "themedata", "colorschememapping", "latentstyles", "rsidtbl", "listtable"}
    | {"listoverridetable", "pict", "object", "objdata", "nonshppict", "shpinst", "shppict", "fldinst"}
    | {"header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "xe", "tc"}
    | {
        "bkmkstart",
        "bkmkend",
        "generator",
        "pgdsctbl",
        "filetbl",
        "revtbl",
        "mmathPr",
        "xmlnstbl",
        "wgrffmtfilter",
    }
    | {"operator", "company", "comment", "doccomm", "keywords", "subject", "category", "manager", "hlinkbase"}
    | {
        "pntext",
        "pntxta",
        "pntxtb",
        "listname",
        "falt",
        "panose",
        "fontemb",
        "nesttableprops",
        "nonesttables",
    }
    | {"atnid", "atnauthor", "atnref", "atndate", "atnparent", "atrfstart", "atrfend", "docvar", "userprops"}
    | {"blipuid", "picprop", "sp", "sn", "sv", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn"}
    | {"formfield", "ffname", "datafield", "do", "private", "template", "passwordhash", "protusertbl"}
)

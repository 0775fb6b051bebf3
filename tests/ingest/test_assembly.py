from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest import assembly, media_types
from ingest.assembly import build_embedder, build_splitter, following, identity_of
from ingest.embedding.hashing import HashingEmbedder
from ingest.embedding.protocol import EmbedderIdentity
from ingest.errors import IngestError
from ingest.loaders.assembly import default_loaders, default_page_loaders
from ingest.media_types import PLAIN_TEXT
from ingest.settings import EmbedderSettings, IngestSettings, ReadingLimits, SplitterSettings
from ingest.splitting import split_document
from ingest.types import Document, Page

WriteModelFolder = Callable[..., Path]
POOLED_OTHERWISE = {"word_embedding_dimension": 12, "pooling_mode_max_tokens": True}


def refuse_to_resolve(model: str) -> Path:
    raise AssertionError(f"{model} was looked for")


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been built, without building it. No CUDA device is here, and openvino is installed."""
    built: list[str] = []

    def openvino(model: Any, cache_folder: Path) -> HashingEmbedder:
        built.append("openvino")
        return HashingEmbedder()

    def sentence_transformers(model: Any, device: str) -> HashingEmbedder:
        built.append(f"sentence-transformers on {device}")
        return HashingEmbedder()

    monkeypatch.setattr(assembly, "_openvino", openvino)
    monkeypatch.setattr(assembly, "_sentence_transformers", sentence_transformers)
    monkeypatch.setattr(assembly, "_cuda_works", lambda: False)
    monkeypatch.setattr(assembly, "find_spec", lambda name: name)
    return built


@pytest.fixture
def build(
    write_model_folder: WriteModelFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Callable[..., str]:
    """Build an embedder for a small model folder; gives what was logged."""

    def build_and_read_log(settings: EmbedderSettings, **files: Any) -> str:
        folder = write_model_folder(**files)
        (folder / "model.safetensors").write_bytes(b"weights")
        with caplog.at_level(logging.INFO, logger="ingest.assembly"):
            build_embedder(settings, lambda _: folder, tmp_path / "cache")
        return caplog.text

    return build_and_read_log


class TestAuto:
    def test_takes_openvino_and_says_why(self, chosen: list[str], build: Callable[..., str]) -> None:
        log = build(EmbedderSettings())
        assert chosen == ["openvino"]
        assert "run by OpenVINO: there is no CUDA device" in log

    def test_prefers_a_cuda_device(
        self, chosen: list[str], build: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(assembly, "_cuda_works", lambda: True)
        log = build(EmbedderSettings())
        assert chosen == ["sentence-transformers on cuda"]
        assert "there is a CUDA device" in log

    def test_never_falls_back_silently_from_a_missing_package(
        self, chosen: list[str], build: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(assembly, "find_spec", lambda name: None)
        log = build(EmbedderSettings())
        assert chosen == ["sentence-transformers on cpu"]
        assert "WARNING" in log
        assert "openvino is not installed" in log

    def test_leaves_a_pooling_it_cannot_follow(self, chosen: list[str], build: Callable[..., str]) -> None:
        log = build(EmbedderSettings(), pooling=POOLED_OTHERWISE)
        assert chosen == ["sentence-transformers on cpu"]
        assert "only sentence-transformers follows" in log

    def test_falls_back_from_a_conversion_that_fails_and_says_why(
        self, chosen: list[str], build: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(model: Any, cache_folder: Path) -> None:
            raise RuntimeError("no such operation")

        monkeypatch.setattr(assembly, "_openvino", fail)
        log = build(EmbedderSettings())
        assert chosen == ["sentence-transformers on cpu"]
        assert "RuntimeError: no such operation" in log


class TestNamedEngines:
    def test_openvino(self, chosen: list[str], build: Callable[..., str]) -> None:
        build(EmbedderSettings(engine="openvino"))
        assert chosen == ["openvino"]

    def test_openvino_refuses_a_pooling_it_cannot_follow(
        self, chosen: list[str], build: Callable[..., str]
    ) -> None:
        with pytest.raises(IngestError, match=r"cannot be run by OpenVINO.*Choose the engine `auto`"):
            build(EmbedderSettings(engine="openvino"), pooling=POOLED_OTHERWISE)
        assert chosen == []

    def test_sentence_transformers(self, chosen: list[str], build: Callable[..., str]) -> None:
        build(EmbedderSettings(engine="sentence-transformers"))
        assert chosen == ["sentence-transformers on cpu"]

    def test_hashing_needs_no_model(self, tmp_path: Path) -> None:
        settings = EmbedderSettings(engine="hashing")
        built = build_embedder(settings, refuse_to_resolve, tmp_path)
        assert built.identity == identity_of(settings, refuse_to_resolve, tmp_path)

    def test_hashing_takes_no_prefixes(self, tmp_path: Path) -> None:
        settings = EmbedderSettings(engine="hashing", query_prefix="query: ")
        for build in (build_embedder, identity_of):
            with pytest.raises(IngestError, match="takes no prefixes"):
                build(settings, refuse_to_resolve, tmp_path)


class TestIdentity:
    def test_is_known_without_loading_the_model(
        self, chosen: list[str], write_model_folder: WriteModelFolder, tmp_path: Path
    ) -> None:
        folder = write_model_folder(prompts={"prompts": {"query": "q: ", "document": "d: "}})
        (folder / "model.safetensors").write_bytes(b"weights")
        identity = identity_of(EmbedderSettings(model="small"), lambda _: folder, tmp_path / "cache")
        # printf weights | sha256sum
        sha256 = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"
        assert identity.weights_sha256 == sha256
        assert identity == EmbedderIdentity("small", sha256, 12, "q: ", "d: ")
        assert chosen == []

    @pytest.mark.real
    @pytest.mark.filterwarnings("ignore:.*torch.jit.trace:DeprecationWarning")
    @pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")
    @pytest.mark.filterwarnings("ignore:Converting a tensor to a Python boolean")
    def test_is_that_of_the_built_embedder(self, minilm_folder: Path, tmp_path: Path) -> None:
        identity = identity_of(EmbedderSettings(), lambda _: minilm_folder, tmp_path)
        embedder = build_embedder(EmbedderSettings(), lambda _: minilm_folder, tmp_path)
        assert embedder.identity == identity
        assert identity.weights_sha256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
        assert embedder.embed_query("gate").shape == (identity.dimension,)
        embedder.close()


class TestCudaDevice:
    def test_torch_is_not_asked_where_nothing_hints_at_a_device(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(assembly.shutil, "which", lambda name: None)
        monkeypatch.setattr(assembly, "_NVIDIA_DEVICES", (Path("/nowhere/nvidia0"),))
        monkeypatch.setitem(sys.modules, "torch", None)  # importing it would raise
        assert assembly._cuda_works() is False

    @pytest.mark.parametrize("works", [True, False])
    def test_torch_decides_where_something_does(
        self, works: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Torch:
            __version__ = "2.13.0"

            class cuda:  # noqa: N801 - torch spells it so
                @staticmethod
                def is_available() -> bool:
                    return works

        monkeypatch.setattr(assembly, "_NVIDIA_DEVICES", (tmp_path,))
        monkeypatch.setitem(sys.modules, "torch", Torch)
        assert assembly._cuda_works() is works
        assert ("cannot use it" in caplog.text) is not works


def test_every_kind_has_one_loader() -> None:
    loaders = (*default_loaders(), *default_page_loaders(ReadingLimits()))
    kinds = [media_type for loader in loaders for media_type in loader.media_types]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) >= {
        media_types.PDF, media_types.DOCX, media_types.PPTX, media_types.XLSX, media_types.ODT,
        media_types.RTF, media_types.HTML, media_types.EPUB, media_types.MARKDOWN, media_types.RST,
        media_types.PLAIN_TEXT, media_types.CSV, media_types.TSV, media_types.JSON, media_types.JSON_LINES,
        media_types.MAIL, media_types.NOTEBOOK, media_types.SOURCE_CODE, media_types.DOC, media_types.PPT,
        media_types.ZIP, media_types.PNG, media_types.JPEG, media_types.TIFF, media_types.ENCRYPTED_OFFICE,
    }  # fmt: skip


class TestFollowing:
    """What settings leave open is what the collection was made with."""

    def test_a_collection_s_model_stands_in_for_none(self) -> None:
        made_with = EmbedderIdentity("e5", "sha", 384)
        assert following(EmbedderSettings(), made_with).model == "e5"
        assert following(EmbedderSettings(model="minilm"), made_with).model == "minilm"
        assert following(EmbedderSettings(), None).model is None

    def test_its_prefixes_go_with_its_model(self) -> None:
        made_with = EmbedderIdentity("/models/e5", "sha", 384, "query: ", "passage: ")
        for settings in (EmbedderSettings(), EmbedderSettings(model="/models/e5")):
            followed = following(settings, made_with)
            assert (followed.query_prefix, followed.document_prefix) == ("query: ", "passage: ")
        assert following(EmbedderSettings(query_prefix="q: "), made_with).query_prefix == "q: "
        assert following(EmbedderSettings(model="minilm"), made_with).query_prefix is None

    def test_one_made_without_a_model_needs_none(self) -> None:
        assert following(EmbedderSettings(), HashingEmbedder().identity).engine == "hashing"


def test_chunks_never_outgrow_the_embedder() -> None:
    embedder = HashingEmbedder(max_tokens=30)
    splitter = build_splitter(SplitterSettings(max_tokens=1000, overlap_tokens=0), embedder)
    document = Document("sha", PLAIN_TEXT, "A", (Page(1, "word " * 300, "the text"),))
    assert all(len(embedder.token_spans(chunk.text)) <= 30 for chunk in split_document(splitter, document))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: SplitterSettings(max_tokens=0), "max_tokens is 0"),
        (lambda: SplitterSettings(max_tokens=10, overlap_tokens=10), "overlap_tokens is 10"),
        (lambda: SplitterSettings(overlap_tokens=-1), "overlap_tokens is -1"),
        (lambda: IngestSettings(max_file_bytes=0), "max_file_bytes is 0"),
        (lambda: IngestSettings(embedding_stretch=0), "embedding_stretch is 0"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_words(build: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build()


def test_settings_and_loaders_import_nothing_heavy() -> None:
    heavy = ("torch", "transformers", "sentence_transformers", "openvino", "faiss", "pypdfium2", "mammoth")
    code = (
        "import sys, ingest.assembly, ingest.pipeline, ingest.settings\n"
        "ingest.settings.IngestSettings()\n"
        "import ingest.loaders.assembly as loaders; loaders.build_in_process_reader()\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

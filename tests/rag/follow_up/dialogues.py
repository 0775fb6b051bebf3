"""Dialogues written by hand: what was said, the next question, and what has to be searched for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialogue:
    """`said` are earlier questions with their answers. `holds` and `lacks` are words of the searched text,
    whatever their case; a question that stands by itself (`alone`) is searched for as it is. `missed` says
    why the rules do not get it right."""

    said: tuple[tuple[str, str], ...]
    asked: str
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    alone: bool = False
    missed: str = ""


def needs(question: str, answer: str, asked: str, holds: str, lacks: str = "", missed: str = "") -> Dialogue:
    return Dialogue(((question, answer),), asked, tuple(holds.split()), tuple(lacks.split()), missed=missed)


def stands(question: str, answer: str, asked: str, missed: str = "") -> Dialogue:
    return Dialogue(((question, answer),), asked, alone=True, missed=missed)


REVENUE = "What was revenue in 2018?"
SHELL = "What was Shell's net income in 2018?"
FEE = "What is the annual fee for adults?"
MILL = "Who rebuilt the mill?"
LUND = "The brothers Lund [1]"
TOW = "What does a tow cost?"

DIALOGUES = (
    # Another value of the same kind
    needs(REVENUE, "4.2 million euros [1]", "And in 2019?", "revenue 2019", "2018"),
    needs(REVENUE, "4.2 million euros [1]", "What about 2019?", "revenue 2019", "2018"),
    needs(REVENUE, "4.2 million euros [1]", "2019?", "revenue 2019", "2018"),
    needs(REVENUE, "4.2 million euros [1]", "How about the year before?", "revenue 2018"),
    needs("What was the margin in Q2 2020?", "12% [1]", "And in Q3?", "margin q3 2020", "q2"),
    needs("What was the margin in Q2 2020?", "12% [1]", "What about Q3 2021?", "margin q3 2021", "q2 2020"),
    needs(
        "What was the margin in the second quarter?",
        "12% [1]",
        "And in the third quarter?",
        "margin third quarter",
        "second",
    ),
    needs("What was sold in March 2021?", "Nine boats [2]", "And in April?", "sold april 2021", "march"),
    needs(SHELL, "23 billion dollars [1]", "And BP?", "bp net income 2018", "shell"),
    needs(SHELL, "23 billion dollars [1]", "What about BP in 2020?", "bp net income 2020", "shell 2018"),
    needs(SHELL, "23 billion dollars [1]", "and for Exxon Mobil?", "exxon mobil net income 2018", "shell"),
    needs("How many employees work in Germany?", "312 [1]", "And in France?", "employees france", "germany"),
    needs(
        "When does the library open on Sunday?",
        "At ten [1]",
        "And on Monday?",
        "library open monday",
        "sunday",
    ),
    needs(
        "When does the library open on Sunday?",
        "At ten [1]",
        "And the museum?",
        "museum open sunday",
        "library",
    ),
    needs(FEE, "12 euros [1]", "And for children?", "annual fee children", "adults"),
    needs(FEE, "12 euros [1]", "What about children?", "annual fee children", "adults"),
    needs("Who maintains the tow plane?", "Ada Berg [3]", "And the winch?", "maintains winch", "plane"),
    needs(
        "Which form is used for a refund?", "Form R-7 [1]", "And for an exchange?", "form exchange", "refund"
    ),
    needs("What is section 4.2 about?", "Fees [1]", "And section 4.3?", "section 4.3", "4.2"),
    needs("What does article 12 say?", "It sets the term [1]", "And article 13?", "article 13", "12"),
    needs(
        "What was revenue in fiscal year 2018?", "9 [1]", "and in fiscal 2019", "revenue fiscal 2019", "2018"
    ),
    needs(
        "How did revenue change between 2017 and 2018?",
        "+4% [1]",
        "And between 2018 and 2019?",
        "revenue change 2018 2019",
        "2017",
    ),
    # An answer's own words
    needs(MILL, LUND, "When did they rebuild it?", "brothers lund mill"),
    needs(MILL, LUND, "Where were they born?", "brothers lund born"),
    needs("Who is the harbour master?", "Ada Berg [1]", "When was she appointed?", "ada berg appointed"),
    needs("Who is the harbour master?", "Ada Berg [1]", "What is her salary?", "ada berg salary"),
    needs("Who is the treasurer?", "Mr Otto Kern [2].", "Who elected him?", "otto kern elected"),
    needs(
        "Which aircraft tows the gliders?",
        "A Robin DR400 [1]",
        "How much fuel does it burn?",
        "robin dr400 fuel",
    ),
    needs(
        "Where was the treaty signed?", "In Utrecht [1]", "Who was present there?", "utrecht present treaty"
    ),
    needs("When did the club open?", "In 1889 [1]", "Who was its president then?", "club president 1889"),
    needs(
        "Which supplier delivers the rope?",
        "Hansa Seil GmbH [1]",
        "Where is that company based?",
        "hansa seil based",
    ),
    needs("What is the tow plane called?", "Robin [1]", "When was it bought?", "robin plane bought"),
    # A question's subject
    needs(TOW, "48 euros [1]", "Who pays for it?", "tow pays"),
    needs(FEE, "12 euros [1]", "When is it due?", "annual fee due"),
    needs("When was the club founded?", "1889 [1]", "Where does it meet?", "club meet"),
    needs("When was the club founded?", "1889 [1]", "What are its opening hours?", "club opening hours"),
    needs(
        "What did Siemens pay for Varian?",
        "16.4 billion dollars [1]",
        "Why did they buy it?",
        "siemens varian buy",
    ),
    needs(
        "How are the reserves valued?",
        "At fair value [1]",
        "Does the auditor agree with that?",
        "auditor agree reserves valued",
    ),
    needs("What are the late fees?", "5 euros a day [1]", "Can these be waived?", "late fees waived"),
    needs(
        "Which exclusions does the policy have?",
        "War and flood [1]",
        "What does that mean for tenants?",
        "exclusions policy tenants",
    ),
    needs(
        "How often is the rope replaced?",
        "Every 1,000 launches [1]",
        "What does the manual say about it?",
        "rope replaced manual",
        missed='that "it" may mean all that was asked, and not the rope alone, is not seen',
    ),
    needs(
        "How often is the rope replaced?",
        "Every 1,000 launches [1]",
        "What is the price of it?",
        "rope price",
    ),
    needs(
        "What is the deductible?", "500 euros [1]", "Is that amount the same for storms?", "deductible storms"
    ),
    needs(
        "Which of the two plans is older?", "Plan A [1]", "Is the other one still offered?", "plan offered"
    ),
    needs(
        "What do plan A and plan B cost?", "9 and 12 euros [1]", "Which one includes travel?", "plan travel"
    ),
    needs("What do plan A and plan B cost?", "9 and 12 euros [1]", "Which is cheaper?", "plan cost cheaper"),
    # Nothing but a question word
    needs("When did the mill burn down?", "In 1871 [1]", "Why?", "why mill burn", "when"),
    needs("When did the mill burn down?", "In 1871 [1]", "How?", "how mill burn"),
    needs("Does the lease allow pets?", "No [1]", "Why not?", "lease pets"),
    needs("Is Ada Berg on the board?", "Yes [1]", "Since when?", "ada berg board"),
    needs(MILL, LUND, "Who else?", "else rebuilt mill"),
    needs(MILL, LUND, "Who else helped?", "else helped mill"),
    needs("What does the warranty cover?", "The engine [1]", "What else?", "warranty cover else"),
    needs("What does the warranty cover?", "The engine [1]", "For how long?", "warranty"),
    needs(
        "Which contract was cancelled?", "The one with Hansa Seil [1]", "By whom?", "contract cancelled hansa"
    ),
    needs("Which contract was cancelled?", "The one with Hansa Seil [1]", "When?", "contract cancelled when"),
    needs("What does the warranty cover?", "The engine [1]", "Tell me more", "warranty cover"),
    needs("What does the warranty cover?", "The engine [1]", "Anything else?", "warranty cover"),
    needs("How many launches were made?", "4,112 [1]", "How many of them at night?", "launches night"),
    # Over several turns
    Dialogue(
        ((REVENUE, "4.2 [1]"), ("And in 2019?", "4.4 [1]")),
        "And in 2020?",
        ("revenue", "2020"),
        ("2018", "2019"),
    ),
    Dialogue(
        ((SHELL, "23 [1]"), ("And BP?", "9 [1]")),
        "And in 2020?",
        ("bp", "net", "income", "2020"),
        ("shell", "2018"),
    ),
    Dialogue(
        ((MILL, LUND), ("When did they rebuild it?", "In 1873 [1]")),
        "Where were they born?",
        ("lund", "born"),
    ),
    Dialogue(((TOW, "48 euros [1]"), ("Who pays for it?", "The pilot [1]")), "Why?", ("tow", "pays")),
    Dialogue(
        ((MILL, LUND), ("What is the annual fee?", "12 euros [1]")),
        "When is it due?",
        ("fee", "due"),
        ("mill", "lund"),
    ),
    # Other languages
    needs("Wie hoch war der Umsatz 2018?", "4,2 Millionen [1]", "Und 2019?", "umsatz 2019", "2018"),
    needs("Wer leitet den Verein?", "Ada Berg [1]", "Seit wann leitet sie ihn?", "ada berg verein"),
    needs("Was kostet ein Schlepp?", "48 Euro [1]", "Warum?", "kostet schlepp"),
    needs("Wann wurde der Verein gegründet?", "1889 [1]", "Wo ist sein Sitz?", "verein sitz"),
    needs("¿Cuál fue el ingreso en 2018?", "4,2 millones [1]", "¿Y en 2019?", "ingreso 2019", "2018"),
    needs("¿Quién dirige el club?", "Ada Berg [1]", "¿Cuándo fue elegida ella?", "ada berg elegida"),
    needs("Quel était le revenu en 2018 ?", "4,2 millions [1]", "Et en 2019 ?", "revenu 2019", "2018"),
    needs("Qui dirige le club ?", "Ada Berg [1]", "Depuis quand est-elle élue ?", "ada berg élue"),
    # Questions that name their own subject
    stands(REVENUE, "4.2 [1]", "What was Shell's net income in 2019?"),
    stands(REVENUE, "4.2 [1]", "Who is the harbour master?"),
    stands(REVENUE, "4.2 [1]", "And who is the harbour master?"),
    stands(FEE, "12 euros [1]", "When does the library open on Sunday?"),
    stands(FEE, "12 euros [1]", "Are there any fees for late returns?"),
    stands(FEE, "12 euros [1]", "How many members are there in the club?"),
    stands(FEE, "12 euros [1]", "Is it allowed to eat near the maps?"),
    stands(FEE, "12 euros [1]", "How long does it take to renew a library card?"),
    stands(FEE, "12 euros [1]", "What did Shell say about its reserves?"),
    stands(FEE, "12 euros [1]", "How does the committee elect its chair?"),
    stands(FEE, "12 euros [1]", "If the pump fails, what replaces it?"),
    stands(FEE, "12 euros [1]", "Which clause says that the tenant pays for repairs?"),
    stands(FEE, "12 euros [1]", "Which fees are those that members do not pay?"),
    stands(FEE, "12 euros [1]", "What is this document about?"),
    stands(FEE, "12 euros [1]", "Opening hours?"),
    stands(FEE, "12 euros [1]", "winch rope replacement interval"),
    stands(FEE, "12 euros [1]", "What is the difference between the first plan and the second one?"),
    stands(FEE, "12 euros [1]", "Who was director when the mill burned down and where did he live?"),
    stands(FEE, "12 euros [1]", "Who wrote that the winch is safe?"),
    stands(FEE, "12 euros [1]", "What does Article 12 of the statutes say?"),
    stands(FEE, "12 euros [1]", "Does Shell also operate in Brazil?"),
    stands(FEE, "12 euros [1]", "Why was the lease with Hansa Seil cancelled?"),
    stands(FEE, "12 euros [1]", "Summarise the safety rules for the winch."),
    stands(FEE, "12 euros [1]", "Wie hoch ist der Jahresbeitrag?"),
    stands(FEE, "12 euros [1]", "Gibt es eine Gebühr für Gäste?"),
    stands(FEE, "12 euros [1]", "Quelle est la durée du contrat ?"),
    stands(FEE, "12 euros [1]", "¿Cuál es la duración del contrato?"),
    stands(FEE, "12 euros [1]", "In which year was the club with the most members founded?"),
)

#: Written when the rules were done, and looked at once before anything was changed for them.

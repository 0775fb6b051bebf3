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


def _needs(question: str, answer: str, asked: str, holds: str, lacks: str = "", missed: str = "") -> Dialogue:
    return Dialogue(((question, answer),), asked, tuple(holds.split()), tuple(lacks.split()), missed=missed)


def _stands(question: str, answer: str, asked: str, missed: str = "") -> Dialogue:
    return Dialogue(((question, answer),), asked, alone=True, missed=missed)


REVENUE = "What was revenue in 2018?"
SHELL = "What was Shell's net income in 2018?"
FEE = "What is the annual fee for adults?"
MILL = "Who rebuilt the mill?"
LUND = "The brothers Lund [1]"
TOW = "What does a tow cost?"

DIALOGUES = (
    # Another value of the same kind
    _needs(REVENUE, "4.2 million euros [1]", "And in 2019?", "revenue 2019", "2018"),
    _needs(REVENUE, "4.2 million euros [1]", "What about 2019?", "revenue 2019", "2018"),
    _needs(REVENUE, "4.2 million euros [1]", "2019?", "revenue 2019", "2018"),
    _needs(REVENUE, "4.2 million euros [1]", "How about the year before?", "revenue 2018"),
    _needs("What was the margin in Q2 2020?", "12% [1]", "And in Q3?", "margin q3 2020", "q2"),
    _needs("What was the margin in Q2 2020?", "12% [1]", "What about Q3 2021?", "margin q3 2021", "q2 2020"),
    _needs(
        "What was the margin in the second quarter?",
        "12% [1]",
        "And in the third quarter?",
        "margin third quarter",
        "second",
    ),
    _needs("What was sold in March 2021?", "Nine boats [2]", "And in April?", "sold april 2021", "march"),
    _needs(SHELL, "23 billion dollars [1]", "And BP?", "bp net income 2018", "shell"),
    _needs(SHELL, "23 billion dollars [1]", "What about BP in 2020?", "bp net income 2020", "shell 2018"),
    _needs(SHELL, "23 billion dollars [1]", "and for Exxon Mobil?", "exxon mobil net income 2018", "shell"),
    _needs("How many employees work in Germany?", "312 [1]", "And in France?", "employees france", "germany"),
    _needs(
        "When does the library open on Sunday?",
        "At ten [1]",
        "And on Monday?",
        "library open monday",
        "sunday",
    ),
    _needs(
        "When does the library open on Sunday?",
        "At ten [1]",
        "And the museum?",
        "museum open sunday",
        "library",
    ),
    _needs(FEE, "12 euros [1]", "And for children?", "annual fee children", "adults"),
    _needs(FEE, "12 euros [1]", "What about children?", "annual fee children", "adults"),
    _needs("Who maintains the tow plane?", "Ada Berg [3]", "And the winch?", "maintains winch", "plane"),
    _needs(
        "Which form is used for a refund?", "Form R-7 [1]", "And for an exchange?", "form exchange", "refund"
    ),
    _needs("What is section 4.2 about?", "Fees [1]", "And section 4.3?", "section 4.3", "4.2"),
    _needs("What does article 12 say?", "It sets the term [1]", "And article 13?", "article 13", "12"),
    _needs(
        "What was revenue in fiscal year 2018?", "9 [1]", "and in fiscal 2019", "revenue fiscal 2019", "2018"
    ),
    _needs(
        "How did revenue change between 2017 and 2018?",
        "+4% [1]",
        "And between 2018 and 2019?",
        "revenue change 2018 2019",
        "2017",
    ),
    # An answer's own words
    _needs(MILL, LUND, "When did they rebuild it?", "brothers lund mill"),
    _needs(MILL, LUND, "Where were they born?", "brothers lund born"),
    _needs("Who is the harbour master?", "Ada Berg [1]", "When was she appointed?", "ada berg appointed"),
    _needs("Who is the harbour master?", "Ada Berg [1]", "What is her salary?", "ada berg salary"),
    _needs("Who is the treasurer?", "Mr Otto Kern [2].", "Who elected him?", "otto kern elected"),
    _needs(
        "Which aircraft tows the gliders?",
        "A Robin DR400 [1]",
        "How much fuel does it burn?",
        "robin dr400 fuel",
    ),
    _needs(
        "Where was the treaty signed?", "In Utrecht [1]", "Who was present there?", "utrecht present treaty"
    ),
    _needs("When did the club open?", "In 1889 [1]", "Who was its president then?", "club president 1889"),
    _needs(
        "Which supplier delivers the rope?",
        "Hansa Seil GmbH [1]",
        "Where is that company based?",
        "hansa seil based",
    ),
    _needs("What is the tow plane called?", "Robin [1]", "When was it bought?", "robin plane bought"),
    # A question's subject
    _needs(TOW, "48 euros [1]", "Who pays for it?", "tow pays"),
    _needs(FEE, "12 euros [1]", "When is it due?", "annual fee due"),
    _needs("When was the club founded?", "1889 [1]", "Where does it meet?", "club meet"),
    _needs("When was the club founded?", "1889 [1]", "What are its opening hours?", "club opening hours"),
    _needs(
        "What did Siemens pay for Varian?",
        "16.4 billion dollars [1]",
        "Why did they buy it?",
        "siemens varian buy",
    ),
    _needs(
        "How are the reserves valued?",
        "At fair value [1]",
        "Does the auditor agree with that?",
        "auditor agree reserves valued",
    ),
    _needs("What are the late fees?", "5 euros a day [1]", "Can these be waived?", "late fees waived"),
    _needs(
        "Which exclusions does the policy have?",
        "War and flood [1]",
        "What does that mean for tenants?",
        "exclusions policy tenants",
    ),
    _needs(
        "How often is the rope replaced?",
        "Every 1,000 launches [1]",
        "What does the manual say about it?",
        "rope replaced manual",
        missed='that "it" may mean all that was asked, and not the rope alone, is not seen',
    ),
    _needs(
        "How often is the rope replaced?",
        "Every 1,000 launches [1]",
        "What is the price of it?",
        "rope price",
    ),
    _needs(
        "What is the deductible?", "500 euros [1]", "Is that amount the same for storms?", "deductible storms"
    ),
    _needs(
        "Which of the two plans is older?", "Plan A [1]", "Is the other one still offered?", "plan offered"
    ),
    _needs(
        "What do plan A and plan B cost?", "9 and 12 euros [1]", "Which one includes travel?", "plan travel"
    ),
    _needs("What do plan A and plan B cost?", "9 and 12 euros [1]", "Which is cheaper?", "plan cost cheaper"),
    # Nothing but a question word
    _needs("When did the mill burn down?", "In 1871 [1]", "Why?", "why mill burn", "when"),
    _needs("When did the mill burn down?", "In 1871 [1]", "How?", "how mill burn"),
    _needs("Does the lease allow pets?", "No [1]", "Why not?", "lease pets"),
    _needs("Is Ada Berg on the board?", "Yes [1]", "Since when?", "ada berg board"),
    _needs(MILL, LUND, "Who else?", "else rebuilt mill"),
    _needs(MILL, LUND, "Who else helped?", "else helped mill"),
    _needs("What does the warranty cover?", "The engine [1]", "What else?", "warranty cover else"),
    _needs("What does the warranty cover?", "The engine [1]", "For how long?", "warranty"),
    _needs(
        "Which contract was cancelled?", "The one with Hansa Seil [1]", "By whom?", "contract cancelled hansa"
    ),
    _needs(
        "Which contract was cancelled?", "The one with Hansa Seil [1]", "When?", "contract cancelled when"
    ),
    _needs("What does the warranty cover?", "The engine [1]", "Tell me more", "warranty cover"),
    _needs("What does the warranty cover?", "The engine [1]", "Anything else?", "warranty cover"),
    _needs("How many launches were made?", "4,112 [1]", "How many of them at night?", "launches night"),
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
    _needs("Wie hoch war der Umsatz 2018?", "4,2 Millionen [1]", "Und 2019?", "umsatz 2019", "2018"),
    _needs("Wer leitet den Verein?", "Ada Berg [1]", "Seit wann leitet sie ihn?", "ada berg verein"),
    _needs("Was kostet ein Schlepp?", "48 Euro [1]", "Warum?", "kostet schlepp"),
    _needs("Wann wurde der Verein gegründet?", "1889 [1]", "Wo ist sein Sitz?", "verein sitz"),
    _needs("¿Cuál fue el ingreso en 2018?", "4,2 millones [1]", "¿Y en 2019?", "ingreso 2019", "2018"),
    _needs("¿Quién dirige el club?", "Ada Berg [1]", "¿Cuándo fue elegida ella?", "ada berg elegida"),
    _needs("Quel était le revenu en 2018 ?", "4,2 millions [1]", "Et en 2019 ?", "revenu 2019", "2018"),
    _needs("Qui dirige le club ?", "Ada Berg [1]", "Depuis quand est-elle élue ?", "ada berg élue"),
    # Questions that name their own subject
    _stands(REVENUE, "4.2 [1]", "What was Shell's net income in 2019?"),
    _stands(REVENUE, "4.2 [1]", "Who is the harbour master?"),
    _stands(REVENUE, "4.2 [1]", "And who is the harbour master?"),
    _stands(FEE, "12 euros [1]", "When does the library open on Sunday?"),
    _stands(FEE, "12 euros [1]", "Are there any fees for late returns?"),
    _stands(FEE, "12 euros [1]", "How many members are there in the club?"),
    _stands(FEE, "12 euros [1]", "Is it allowed to eat near the maps?"),
    _stands(FEE, "12 euros [1]", "How long does it take to renew a library card?"),
    _stands(FEE, "12 euros [1]", "What did Shell say about its reserves?"),
    _stands(FEE, "12 euros [1]", "How does the committee elect its chair?"),
    _stands(FEE, "12 euros [1]", "If the pump fails, what replaces it?"),
    _stands(FEE, "12 euros [1]", "Which clause says that the tenant pays for repairs?"),
    _stands(FEE, "12 euros [1]", "Which fees are those that members do not pay?"),
    _stands(FEE, "12 euros [1]", "What is this document about?"),
    _stands(FEE, "12 euros [1]", "Opening hours?"),
    _stands(FEE, "12 euros [1]", "winch rope replacement interval"),
    _stands(FEE, "12 euros [1]", "What is the difference between the first plan and the second one?"),
    _stands(FEE, "12 euros [1]", "Who was director when the mill burned down and where did he live?"),
    _stands(FEE, "12 euros [1]", "Who wrote that the winch is safe?"),
    _stands(FEE, "12 euros [1]", "What does Article 12 of the statutes say?"),
    _stands(FEE, "12 euros [1]", "Does Shell also operate in Brazil?"),
    _stands(FEE, "12 euros [1]", "Why was the lease with Hansa Seil cancelled?"),
    _stands(FEE, "12 euros [1]", "Summarise the safety rules for the winch."),
    _stands(FEE, "12 euros [1]", "Wie hoch ist der Jahresbeitrag?"),
    _stands(FEE, "12 euros [1]", "Gibt es eine Gebühr für Gäste?"),
    _stands(FEE, "12 euros [1]", "Quelle est la durée du contrat ?"),
    _stands(FEE, "12 euros [1]", "¿Cuál es la duración del contrato?"),
    _stands(FEE, "12 euros [1]", "In which year was the club with the most members founded?"),
)

#: Written when the rules were done, and looked at once before anything was changed for them.
LATER_DIALOGUES = (
    _needs(
        "Who signed the 2021 lease?",
        "Marta Lind and the Harbour Trust [2]",
        "When did they sign it?",
        "marta lind lease sign",
    ),
    _needs(
        "What is the notice period for tenants?",
        "Three months [1]",
        "And for landlords?",
        "notice period landlords",
        "tenants",
    ),
    _needs(
        "What was the occupancy rate in 2022?",
        "87% [3]",
        "Is that higher than in 2021?",
        "occupancy rate 2021",
    ),
    _needs(
        "What was the occupancy rate in 2022?",
        "87% [3]",
        "What about in the first half?",
        "occupancy rate first half",
    ),
    _needs("What was the occupancy rate in 2022?", "87% [3]", "Compared to 2021?", "occupancy rate 2021"),
    _needs(
        "Which pump is used for seawater?",
        "The CX-200 [1]",
        "What is its maximum pressure?",
        "cx-200 maximum pressure",
    ),
    _needs("Which pump is used for seawater?", "The CX-200 [1]", "Who makes it?", "cx-200 makes"),
    _needs(
        "How do I reset the controller?",
        "Hold both keys for five seconds [4]",
        "What if that does not work?",
        "reset controller",
    ),
    _needs(
        "How do I reset the controller?",
        "Hold both keys for five seconds [4]",
        "Does this delete my settings?",
        "reset controller delete settings",
    ),
    _needs(
        "Who chairs the audit committee?",
        "Dr. Ines Falk [1]",
        "How long has she been in that role?",
        "ines falk audit committee",
    ),
    _needs(
        "Who chairs the audit committee?",
        "Dr. Ines Falk [1]",
        "Who are the other members?",
        "audit committee members",
    ),
    _needs(
        "What risks does the report name?",
        "Currency and supply risks [2]",
        "Which of them is the largest?",
        "risks largest",
    ),
    _needs(
        "What risks does the report name?",
        "Currency and supply risks [2]",
        "Can you list more?",
        "risks report",
    ),
    _needs(
        "What did Nestlé spend on research in 2020?",
        "1.6 billion francs [1]",
        "And Unilever?",
        "unilever research 2020",
        "nestlé",
    ),
    _needs(
        "What did Nestlé spend on research in 2020?",
        "1.6 billion francs [1]",
        "And on marketing?",
        "nestlé marketing 2020",
        "research",
    ),
    _needs(
        "What did Nestlé spend on research in 2020?",
        "1.6 billion francs [1]",
        "How does that compare with 2019?",
        "nestlé research 2019",
    ),
    _needs(
        "What did Nestlé spend on research in 2020?",
        "1.6 billion francs [1]",
        "and the year before that?",
        "nestlé research 2020",
    ),
    _needs("When was the bridge opened?", "12 May 1932 [1]", "Who opened it?", "bridge opened"),
    _needs("When was the bridge opened?", "12 May 1932 [1]", "And closed?", "bridge closed"),
    _needs(
        "Is smoking allowed on the terrace?",
        "Yes, after six [1]",
        "And in the garden?",
        "smoking allowed garden",
        "terrace",
    ),
    _needs(
        "What is covered by the travel insurance?",
        "Luggage and illness [1]",
        "What isn't?",
        "covered travel insurance",
    ),
    _needs(
        "Where is the head office?",
        "In Basel [1]",
        "How many people work there?",
        "basel head office people work",
    ),
    _needs(
        "Which countries does the company operate in?",
        "Chile and Peru [1]",
        "Since when?",
        "countries company operate",
    ),
    _needs("How many volunteers took part?", "210 [1]", "How were they recruited?", "volunteers recruited"),
    _needs("How many volunteers took part?", "210 [1]", "In which city?", "volunteers took part city"),
    _needs(
        "What is the interest rate on the loan?",
        "3.2 percent [1]",
        "When does it change?",
        "interest rate loan change",
    ),
    _needs("What is the interest rate on the loan?", "3.2 percent [1]", "Page?", "interest rate loan"),
    _needs("Who is Otto Kern?", "The treasurer [1]", "When was he born?", "otto kern born"),
    _needs("Tell me about Otto Kern.", "He is the treasurer [1].", "When did he join?", "otto kern join"),
    _needs("Wie lange gilt die Garantie?", "Zwei Jahre [1]", "Was deckt sie ab?", "garantie deckt"),
    _stands(
        FEE,
        "12 euros [1]",
        "What is its purpose, the harbour trust?",
        missed="a noun behind its pronoun is not looked for",
    ),
    _stands(FEE, "12 euros [1]", "Which member has paid his fee late?"),
    _stands(FEE, "12 euros [1]", "Can tenants keep their pets when they move?"),
    _stands(FEE, "12 euros [1]", "What happens if a member dies?"),
    _stands(FEE, "12 euros [1]", "How high was the flood of 1953?"),
    _stands(FEE, "12 euros [1]", "List the members of the audit committee"),
    _stands(FEE, "12 euros [1]", "Is there a lift?"),
    _stands(FEE, "12 euros [1]", "What else does the travel insurance cover?"),
    _stands(FEE, "12 euros [1]", "Net income 2019 Shell"),
    _stands(FEE, "12 euros [1]", "Who founded the company that makes the CX-200?"),
    _stands(FEE, "12 euros [1]", "Does the contract say how it can be terminated?"),
    _stands(FEE, "12 euros [1]", "Total assets at the end of 2021?"),
    _stands(FEE, "12 euros [1]", "Wann öffnet die Bibliothek am Sonntag?"),
    _stands(FEE, "12 euros [1]", "What were the three largest risks in this report?"),
    _stands(FEE, "12 euros [1]", "Explain the difference between gross and net income"),
)

#: Written last, to see how the rules do with what they were not made for.
LAST_DIALOGUES = (
    _needs(
        "What was Apple's gross margin in fiscal 2021?",
        "41.8% [1]",
        "And operating margin?",
        "apple operating margin 2021",
    ),
    _needs(
        "What was Apple's gross margin in fiscal 2021?",
        "41.8% [1]",
        "What was it in 2020?",
        "gross margin 2020",
    ),
    _needs(
        "Who is the landlord?",
        "Baker Street Holdings Ltd [1]",
        "Where are they registered?",
        "baker street holdings registered",
    ),
    _needs(
        "What is the maximum take-off weight of the DR400?",
        "1,100 kg [2]",
        "And the empty weight?",
        "empty weight dr400",
        missed="which of two nouns an article's noun stands for is not seen",
    ),
    _needs(
        "What is the maximum take-off weight of the DR400?",
        "1,100 kg [2]",
        "Is that with fuel?",
        "take-off weight dr400 fuel",
    ),
    _needs("Which vaccine was tested?", "mRNA-1273 [1]", "How effective was it?", "mrna-1273 effective"),
    _needs("Which vaccine was tested?", "mRNA-1273 [1]", "On how many people?", "vaccine tested people"),
    _needs("When does the warranty expire?", "After 24 months [1]", "Can I extend it?", "extend warranty"),
    _needs("Who wrote the preface?", "Helen Marsh [1]", "What else did she write?", "helen marsh write"),
    _needs(
        "How many patients were enrolled in Spain?",
        "81 [1]",
        "And in Italy and Greece?",
        "patients enrolled italy greece",
        "spain",
    ),
    _needs(
        "What did the council decide on 4 May 2020?",
        "To close the pool [1]",
        "Why did they do that?",
        "council decide close pool",
        missed="what a long answer says, and not only names, is not brought in",
    ),
    _needs(
        "What are the side effects of ibuprofen?",
        "Nausea [1]",
        "And paracetamol?",
        "side effects paracetamol",
        "ibuprofen",
    ),
    _needs(
        "What are the side effects of ibuprofen?",
        "Nausea [1]",
        "Are there any others?",
        "side effects ibuprofen",
    ),
    _needs("Does the policy cover theft?", "Yes [1]", "Up to what amount?", "policy cover theft amount"),
    _needs("Does the policy cover theft?", "Yes [1]", "Even abroad?", "policy theft abroad"),
    _needs(
        "What is the capital requirement under Basel III?",
        "8% [1]",
        "Under Basel II?",
        "capital requirement basel ii",
    ),
    _needs(
        "What did Intel spend on R&D in 2019?",
        "13.4 billion [1]",
        "Did AMD spend more?",
        "amd spend",
        missed="a comparison that leaves out with what is not seen",
    ),
    _needs(
        "Who won the 1998 regatta?",
        "The Osprey [1]",
        "Who came second?",
        "1998 regatta second",
        missed="an order that leaves out of what is not seen",
    ),
    _needs("What is clause 7 about?", "Liability [1]", "Summarise it", "clause 7"),
    _needs(
        "Quel est le loyer mensuel ?",
        "900 euros [1]",
        "Et les charges ?",
        "charges loyer",
        missed="which of two nouns an article's noun stands for is not seen",
    ),
    _stands("What was Tesla's revenue in 2019?", "24.6 [1]", "What are the club's opening hours?"),
    _stands("What was Tesla's revenue in 2019?", "24.6 [1]", "Who audits the accounts of the Harbour Trust?"),
    _stands(
        "What was Tesla's revenue in 2019?", "24.6 [1]", "Can a member resign, and when does it take effect?"
    ),
    _stands(
        "What was Tesla's revenue in 2019?",
        "24.6 [1]",
        "How many days of leave do employees get in their first year?",
    ),
    _stands("What was Tesla's revenue in 2019?", "24.6 [1]", "Is it true that the winch was sold?"),
    _stands("What was Tesla's revenue in 2019?", "24.6 [1]", "What are those who live abroad entitled to?"),
    _stands("What was Tesla's revenue in 2019?", "24.6 [1]", "Which is the oldest building on the harbour?"),
    _stands("What was Tesla's revenue in 2019?", "24.6 [1]", "Give me the address of the head office"),
    _stands("What was Tesla's revenue in 2019?", "24.6 [1]", "Where can visitors park their cars?"),
    _stands("What was Tesla's revenue in 2019?", "24.6 [1]", "Was ist der Zweck des Vereins?"),
)

"""Claims that say something else with the words of their quote; each with a twin that tells the same and must pass."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from qa.verifying.told_otherwise import told_otherwise


@dataclass(frozen=True, slots=True)
class Case:
    """A quote, a claim that it tells, and one that it does not."""

    quote: str
    right: str
    wrong: str


def cases(listed: str) -> list[Case]:
    """From lines: the quote, then `+` before what it tells and `-` before what it does not."""
    lines = [line.strip() for line in listed.strip().splitlines()]
    return [Case(lines[i], lines[i + 1][2:], lines[i + 2][2:]) for i in range(0, len(lines), 3)]


BOUNDS = cases("""
    At least 40 runners collapsed in the heat during the marathon.
    + No fewer than 40 runners collapsed during the marathon.
    - At most 40 runners collapsed during the marathon.
    The vaccine costs up to 12 euros a dose in clinics.
    + The vaccine costs at most 12 euros a dose.
    - The vaccine costs at least 12 euros a dose.
    The telescope found more than 300 planets in four years.
    + The telescope found over 300 planets in four years.
    - The telescope found fewer than 300 planets in four years.
    The bakery employs fewer than 30 people in town.
    + The bakery employs less than 30 people.
    - The bakery employs more than 30 people.
    Fewer than half of the students passed the exam.
    + Less than half of the students passed the exam.
    - More than half of the students passed the exam.
""")
RELATIVE = cases("""
    The club moved into its new stadium last year.
    + Last year the club moved into its new stadium.
    - The club moved into its new stadium this year.
    The council will vote on the tram next month.
    + Next month the council will vote on the tram.
    - The council will vote on the tram this month.
    The probe landed on the asteroid earlier this week.
    + This week the probe landed on the asteroid.
    - The probe landed on the asteroid last week.
    The brewery raised its prices last spring.
    + The brewery raised prices last spring.
    - The brewery raised its prices this spring.
""")
ROLES = cases("""
    Haaland passed to Foden in the final minute of the game.
    + In the final minute of the game Haaland passed to Foden.
    - Foden passed to Haaland in the final minute of the game.
    Norway beat Sweden in the opening match of the tournament.
    + Sweden was beaten by Norway in the opening match of the tournament.
    - Sweden beat Norway in the opening match of the tournament.
    Alcaraz defeated Sinner in the final of the tournament on Sunday.
    + Sinner was defeated by Alcaraz in the final of the tournament.
    - Alcaraz was defeated by Sinner in the final of the tournament.
    Novartis acquired Avidity for 12 billion dollars in cash.
    + Avidity was acquired by Novartis for 12 billion dollars in cash.
    - Avidity acquired Novartis for 12 billion dollars in cash.
    Nokia was sued by Lenovo over patents for video codecs.
    + Lenovo sued Nokia over patents for video codecs.
    - Nokia sued Lenovo over patents for video codecs.
    Professor Lindqvist taught Okafor the method at the observatory in spring.
    + In spring Professor Lindqvist taught Okafor the method at the observatory.
    - Okafor taught Lindqvist the method at the observatory in spring.
    Ferrari accused Mercedes of copying the design of its front wing.
    + Mercedes was accused by Ferrari of copying the design of its front wing.
    - Mercedes accused Ferrari of copying the design of its front wing.
    The dog bit the postman in the park on Friday.
    + The postman was bitten by the dog in the park.
    - The postman bit the dog in the park.
    The tenants sued the landlord for mould in their flats.
    + The landlord was sued by the tenants for mould.
    - The landlord sued the tenants for mould.
""")
DENIED = cases("""
    The laboratory has not published the data of its trial.
    + The laboratory has not published its data.
    - The laboratory has published the data of its trial.
    The bridge has yet to reopen after the flood.
    + The bridge has not reopened after the flood.
    - The bridge has reopened after the flood.
    The bakery no longer sells rye bread on Sundays.
    + The bakery does not sell rye bread on Sundays any more.
    - The bakery sells rye bread on Sundays.
    Nobody was injured when the crane fell on the market.
    + No one was injured when the crane fell on the market.
    - People were injured when the crane fell on the market.
    Neither twin reached the final of the tournament.
    + Neither of the twins reached the final of the tournament.
    - Both twins reached the final of the tournament.
    The reactor was shut down without any leak of steam.
    + The reactor was shut down without a leak of steam.
    - The reactor was shut down with a leak of steam.
    The driver isn't licensed to carry passengers.
    + The driver is not licensed to carry passengers.
    - The driver is licensed to carry passengers.
    The experiment failed to reproduce the earlier result.
    + The experiment did not reproduce the earlier result.
    - The experiment reproduced the earlier result.
    The museum refused to lend the painting to Paris.
    + The museum did not lend the painting to Paris.
    - The museum lent the painting to Paris.
    The village is unlikely to get a doctor this year.
    + The village will probably not get a doctor this year.
    - The village will get a doctor this year.
    The goalkeeper did not fail a single test for doping.
    + The goalkeeper never failed a test for doping.
    - The goalkeeper failed a test for doping.
""")
AFFIRMED = cases("""
    The striker has signed a contract with the club.
    + The striker signed a contract with the club.
    - The striker has not signed a contract with the club.
    The factory will close in June.
    + In June the factory will close.
    - The factory will not close in June.
    Engineers repaired the turbine at the dam in a week.
    + The turbine at the dam was repaired by engineers.
    - Engineers never repaired the turbine at the dam.
""")
PREFIXES = cases("""
    The pilot was unhurt after the glider crashed.
    + The pilot was not hurt after the glider crashed.
    - The pilot was hurt after the glider crashed.
    The samples in the freezer were unaffected by the fault.
    + The samples in the freezer were not affected by the fault.
    - The samples in the freezer were affected by the fault.
    The contract with the supplier is legal and binding.
    + The contract with the supplier is legal.
    - The contract with the supplier is illegal.
    The goal in the second half was allowed by the referee.
    + The referee allowed the goal in the second half.
    - The goal in the second half was disallowed.
    The drug is effective against the parasite.
    + Against the parasite the drug is effective.
    - The drug is ineffective against the parasite.
    Hurricanes are not uncommon in the gulf in October.
    + Hurricanes are common in the gulf in October.
    - Hurricanes are uncommon, at most rare, in the gulf in spring.
""")
APART = cases("""
    Sales of bicycles rose in the hilly counties.
    + In the hilly counties sales of bicycles have risen.
    - Sales of bicycles fell in the hilly counties.
    The reservoir lies north of the village.
    + North of the village lies the reservoir.
    - The reservoir lies south of the village.
    The team won the first game of the series.
    + The team has won the first game of the series.
    - The team lost the first game of the series.
    The union accepted the offer of the bus company.
    + The union accepted the bus company's offer.
    - The union rejected the offer of the bus company.
    The museum declined the loan of the painting.
    + The museum refused the loan of the painting.
    - The museum accepted the loan of the painting.
    The airline denied that it cancelled the route.
    + The airline denied cancelling the route.
    - The airline admitted that it cancelled the route.
    The shop opens on Monday at noon.
    + The shop opens at noon on Monday.
    - The shop opens on Tuesday at noon.
    The lake recorded its highest level since measurements began.
    + The lake recorded its highest level.
    - The lake recorded its lowest level since measurements began.
    Her brother runs the dairy farm.
    + The dairy farm is run by her brother.
    - Her sister runs the dairy farm.
    Dozens of seals were stranded on the beach.
    + On the beach dozens of seals were stranded.
    - Thousands of seals were stranded on the beach.
    The works began their shift at dawn.
    + The works started their shift at dawn.
    - The works ended their shift at dawn.
""")
ORDER = cases("""
    The roof collapsed before the concert began in the arena.
    + The roof collapsed before the concert began.
    - The roof collapsed after the concert began.
    The coach resigned after the club lost the cup final.
    + After the club lost the cup final, the coach resigned.
    - The coach resigned before the club lost the cup final.
    The patient was vaccinated before the second wave of influenza.
    + Before the second wave of influenza the patient was vaccinated.
    - The patient was vaccinated after the second wave of influenza.
""")
TO_COME = cases("""
    The council will demolish the old swimming pool in autumn.
    + In autumn the council will demolish the old swimming pool.
    - The council demolished the old swimming pool in autumn.
    The satellite shall be launched from Kiruna in May.
    + The satellite will be launched from Kiruna.
    - The satellite was launched from Kiruna in May.
    The brewer would be rescued by its bank.
    + The brewer would be rescued by the bank.
    - The brewer was rescued by its bank.
""")
CAUSES = cases("""
    The ferry stopped in the fog near the harbour.
    + The ferry stopped near the harbour in the fog.
    - The ferry stopped because of the fog near the harbour.
    The crop withered after a dry spring.
    + The crop withered after a dry spring.
    - The crop withered due to a dry spring.
    The match was cancelled because of heavy snow in the night.
    + The match was cancelled due to heavy snow.
    - The match was cancelled because of heavy rain, which is why nobody came last night.
    A faulty valve sparked a fire in the depot.
    + A faulty valve caused a fire in the depot.
    - A faulty valve was never the cause of a fire in the depot.
    Prices fell and the mine closed in March.
    + Prices fell and the mine closed.
    - Prices fell, which is why the mine closed in March.
""")
KINDS = {
    "bounds": BOUNDS,
    "relative time": RELATIVE,
    "roles": ROLES,
    "denied": DENIED,
    "affirmed": AFFIRMED,
    "prefixes": PREFIXES,
    "apart": APART,
    "order": ORDER,
    "to come": TO_COME,
    "causes": CAUSES,
}
ALL = [pytest.param(case, id=f"{kind}-{number}") for kind, found in KINDS.items() for number, case in enumerate(found)]


def fault(claim: str, quote: str) -> str:
    return told_otherwise(claim, [quote], around=[quote])


@pytest.mark.parametrize("case", ALL)
def test_what_the_quote_tells_passes(case: Case) -> None:
    assert fault(case.right, case.quote) == ""


@pytest.mark.parametrize("case", ALL)
def test_what_the_quote_tells_otherwise_is_a_fault_told_in_one_line(case: Case) -> None:
    why = fault(case.wrong, case.quote)
    assert why
    assert "\n" not in why


@pytest.mark.parametrize("case", ALL)
def test_no_quote_tells_itself_otherwise(case: Case) -> None:
    assert fault(case.quote, case.quote) == ""


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (BOUNDS[0], "the quoted sentences say “at least”"),
        (RELATIVE[0], "the quoted sentences do not say “this year”"),
        (ROLES[0], "in the quoted sentence it is Haaland who “passed”"),
        (DENIED[0], "the quoted sentences deny what the claim says"),
        (AFFIRMED[0], "the claim denies what the quoted sentences say"),
        (PREFIXES[0], "the quoted sentences say “unhurt”"),
        (APART[0], "the quoted sentences do not say “fell”"),
        (ORDER[0], "the quoted sentences say “before”"),
        (TO_COME[0], "in the quoted sentences “demolished” is yet to come"),
        (CAUSES[0], "the quoted sentences do not say “because”"),
    ],
)
def test_each_kind_says_what_is_told_otherwise(case: Case, why: str) -> None:
    assert fault(case.wrong, case.quote) == why


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("The theory is not without problems in dry climates.", "The theory has problems in dry climates."),
        ("The festival was not only loud but also expensive.", "The festival was loud and expensive."),
        ("The mine made no less than a million in winter.", "The mine made a million in winter."),
        ("Not surprisingly, the goalkeeper saved the penalty.", "The goalkeeper saved the penalty."),
    ],
)
def test_a_negator_that_denies_nothing_is_no_denial(quote: str, claim: str) -> None:
    assert fault(claim, quote) == ""


def test_the_month_of_may_makes_nothing_uncertain() -> None:
    quote = "The toll bridge closes in May and opens in June."
    assert fault("The toll bridge closes in May.", quote) == ""
    assert fault("The toll bridge will close in May.", quote) == ""
    assert fault("The bridge closes for lorries in winter.", "The bridge may close for lorries in winter.")


def test_a_role_that_another_sentence_gives_is_no_swap() -> None:
    quote = "Ferrari accused Mercedes of copying the design of its front wing."
    other = "Mercedes, in turn, accused nobody; Audi accused Mercedes of copying the design of its front wing."
    claim = "Audi accused Mercedes of copying the design of its front wing."
    assert told_otherwise(claim, [quote], around=[quote])
    assert told_otherwise(claim, [quote], around=[quote, other]) == ""


def test_one_of_several_quotes_may_tell_it() -> None:
    quotes = ["At least 40 runners collapsed in the heat.", "At most 40 runners finished the race."]
    assert told_otherwise("At most 40 runners finished the race.", quotes, around=quotes) == ""


def test_without_a_word_in_common_nothing_is_told_otherwise() -> None:
    assert fault("The orchestra never plays outdoors.", "Comets consist of ice and dust.") == ""


def test_a_limit_word_rules_do_not_tell_giver_from_receiver_where_both_stand_behind_the_verb() -> None:
    quote = "The city leased the harbour to the shipyard."
    assert fault("The harbour was leased to the shipyard by the city.", quote) == ""
    assert fault("The shipyard leased the harbour to the city.", quote) == ""


def test_a_limit_a_denied_opposite_is_not_told_from_its_plain_denial() -> None:
    quote = "Hurricanes are not uncommon in the gulf in October."
    assert fault("Hurricanes are not common in the gulf in October.", quote) == ""

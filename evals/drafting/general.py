"""What is asked of a corpus that does not tell it: general knowledge, and attributes of its persons and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class General:
    """A question, right answers that must stand in no article, and words none of which an article may hold."""

    question: str
    answers: tuple[str, ...]
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A question about `{name}`; no article that names it may hold one of the `absent` words."""

    question: str
    absent: str


OF_PERSONS: Final = (
    Template("In which town was {name} born?", "born birthplace native hometown childhood"),
    Template("How old is {name}?", "aged age birthday born old year-old"),
    Template("What is the e-mail address of {name}?", "email mail"),
    Template("How much does {name} earn in a year?", "salary earn earns earned income wage wages paid"),
    Template("What is the name of {name}'s wife or husband?", "wife husband married spouse widow marriage partner"),
    Template("At which university did {name} study?", "university college studied graduated degree student alma"),
    Template("How many children does {name} have?", "child children son daughter sons daughters father mother kids"),
    Template("How tall is {name}?", "tall height inches centimetres"),
    Template("Which languages does {name} speak?", "language languages fluent bilingual interpreter"),
    Template("What is {name}'s favourite dish?", "dish food favourite favorite meal"),
)
OF_PLACES: Final = (
    Template("How many people live in {name}?", "population inhabitants residents census"),
    Template("How warm does it get in {name} in July?", "temperature temperatures climate weather degrees"),
    Template("How many airports does {name} have?", "airport airports"),
    Template("Which rivers flow through {name}?", "river rivers"),
    Template("What does a house in {name} cost?", "house houses housing property rent"),
)
FALSE_OF_PERSONS: Final = (
    Template(
        "Why did {name} resign?", "resign resigned resigns resignation quit quits stepped stepping step left leave"
    ),
    Template(
        "When was {name} released from prison?", "prison jail jailed imprisoned sentence sentenced custody detained"
    ),
    Template("For which book did {name} win the Nobel Prize?", "nobel book novel"),
    Template("Why did {name} move to New Zealand?", "zealand"),
    Template("How much did {name} pay for the football club?", "club football"),
)
FALSE_OF_PLACES: Final = (
    Template("Why was the marathon in {name} cancelled?", "marathon"),
    Template("Who opened the new opera house in {name}?", "opera"),
    Template("How many people were hurt when the volcano near {name} erupted?", "volcano volcanic erupted eruption"),
    Template("When does the Olympic stadium in {name} open?", "olympic olympics stadium"),
)
IN_YEARS: Final = (
    "What happened in {name} in {year}?",
    "Who governed {name} in {year}?",
    "How cold was the winter of {year} in {name}?",
)
GENERAL: Final = (
    General("At what temperature does water boil?", ("100 degrees", "212 degrees"), ("boils", "boiling")),
    General("How many strings does a violin have?", (), ("violin", "violins")),
    General("Who painted the Mona Lisa?", ("Leonardo da Vinci",), ("Mona", "Leonardo")),
    General("What is the chemical symbol of gold?", (), ("chemical symbol", "periodic")),
    General("How do I get red wine out of a carpet?", (), ("carpet", "stain")),
    General("Who wrote Pride and Prejudice?", ("Jane Austen",), ("Austen", "Prejudice")),
    General("How many legs does a spider have?", (), ("spider", "spiders")),
    General("What is the longest river in South America?", (), ("longest river", "Amazonas")),
    General("How long do you boil an egg until it is hard?", (), ("boil", "boiled")),
    General("Which planet is the largest in the solar system?", ("Jupiter",), ("Jupiter", "solar system")),
    General("Who composed The Magic Flute?", ("Mozart",), ("Mozart", "flute")),
    General("What is the square root of 144?", (), ("square root",)),
    General("Which gas do plants take in from the air?", ("photosynthesis",), ("photosynthesis",)),
    General("How do I sort a list in Python?", (), ("Python",)),
    General("What is the plural of mouse?", (), ("plural",)),
    General("Who discovered penicillin?", ("Alexander Fleming",), ("penicillin", "Fleming")),
    General("How many bones does the human body have?", (), ("bones", "skeleton")),
    General("What is the currency of Hungary?", ("forint",), ("Hungary", "forint")),
    General("In which city does the Colosseum stand?", (), ("Colosseum",)),
    General("How tall is Mount Kilimanjaro?", (), ("Kilimanjaro",)),
    General("Which instrument did Niccolò Paganini play?", (), ("Paganini",)),
    General("How do I prune roses in spring?", (), ("prune", "roses")),
    General("What does a barometer measure?", (), ("barometer",)),
    General("Who wrote Don Quixote?", ("Cervantes",), ("Quixote", "Cervantes")),
    General("How many squares does a chessboard have?", (), ("chess", "chessboard")),
    General("Which language is spoken in Greenland?", ("Kalaallisut",), ("Greenland", "Greenlandic")),
    General("What do you need to bake sourdough bread?", (), ("sourdough",)),
    General("How far is it from the earth to the moon?", ("384,400",), ("384,400", "lunar")),
    General("Who invented the telescope?", ("Lippershey",), ("telescope",)),
    General("What is the capital of Mongolia?", ("Ulan Bator", "Ulaanbaatar"), ("Mongolia",)),
)

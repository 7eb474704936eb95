"""Names of countries and large cities: where something happened, and what is asked of places."""

from __future__ import annotations

import re
from typing import Final

_COUNTRIES: Final = """
    Afghanistan, Albania, Algeria, Angola, Argentina, Armenia, Australia, Austria, Azerbaijan, Bahrain,
    Bangladesh, Belarus, Belgium, Bolivia, Bosnia, Botswana, Brazil, Britain, Bulgaria, Burma, Cambodia,
    Cameroon, Canada, Chile, China, Colombia, Congo, Costa Rica, Croatia, Cuba, Cyprus, Denmark, Ecuador,
    Egypt, England, Estonia, Ethiopia, Finland, France, Gaza, Georgia, Germany, Ghana, Greece, Guatemala,
    Guyana, Haiti, Honduras, Hungary, Iceland, India, Indonesia, Iran, Iraq, Ireland, Israel, Italy,
    Jamaica, Japan, Jordan, Kazakhstan, Kenya, Kosovo, Kuwait, Laos, Latvia, Lebanon, Liberia, Libya,
    Lithuania, Luxembourg, Macedonia, Malawi, Malaysia, Mali, Malta, Mexico, Moldova, Mongolia, Morocco,
    Mozambique, Myanmar, Namibia, Nepal, New Zealand, Nicaragua, Niger, Nigeria, North Korea, Northern
    Ireland, Norway, Oman, Pakistan, Panama, Paraguay, Peru, Poland, Portugal, Qatar, Romania, Russia,
    Rwanda, Saudi Arabia, Scotland, Senegal, Serbia, Sierra Leone, Singapore, Slovakia, Slovenia, Somalia,
    South Africa, South Korea, Spain, Sri Lanka, Sudan, Sweden, Switzerland, Syria, Taiwan, Tanzania,
    Thailand, Trinidad, Tunisia, Turkey, Uganda, Ukraine, Uruguay, Uzbekistan, Venezuela, Vietnam, Wales,
    Yemen, Zambia, Zimbabwe"""
_CITIES: Final = """
    Aberdeen, Abu Dhabi, Amsterdam, Ankara, Athens, Atlanta, Baghdad, Bangkok, Barcelona, Basra, Beijing,
    Beirut, Belfast, Belgrade, Berlin, Birmingham, Bogota, Boston, Brasilia, Brighton, Bristol, Brussels,
    Bucharest, Budapest, Buenos Aires, Cairo, Cannes, Cape Town, Caracas, Cardiff, Chennai, Chicago,
    Copenhagen, Dallas, Damascus, Davos, Delhi, Denver, Detroit, Dhaka, Doha, Dubai, Dublin, Edinburgh,
    Frankfurt, Geneva, Glasgow, Hamburg, Hanoi, Havana, Helsinki, Hiroshima, Hong Kong, Houston, Islamabad,
    Istanbul, Jakarta, Jerusalem, Johannesburg, Kabul, Karachi, Kathmandu, Kiev, Kyiv, Lagos, Lahore, Las
    Vegas, Leeds, Lima, Lisbon, Liverpool, London, Los Angeles, Lyon, Madrid, Manchester, Manila, Marseille,
    Melbourne, Memphis, Mexico City, Miami, Milan, Minneapolis, Minsk, Montreal, Moscow, Mumbai, Munich,
    Nairobi, Naples, Nashville, New Delhi, New Orleans, New York, Osaka, Oslo, Ottawa, Oxford, Paris, Perth,
    Philadelphia, Phoenix, Prague, Pretoria, Quito, Rio de Janeiro, Riyadh, Rome, Rotterdam, San Diego, San
    Francisco, Santiago, Sao Paulo, Seattle, Seoul, Shanghai, Sheffield, Sofia, Stockholm, Strasbourg,
    Sydney, Tehran, Tel Aviv, Tokyo, Toronto, Tripoli, Tunis, Turin, Vancouver, Vatican City, Venice,
    Vienna, Warsaw, Zurich"""
COUNTRIES: Final = frozenset(" ".join(name.split()) for name in _COUNTRIES.split(","))
_STATES: Final = """
    Alabama, Alaska, Arizona, Arkansas, California, Colorado, Connecticut, Delaware, Florida, Hawaii, Idaho,
    Illinois, Indiana, Iowa, Kansas, Kentucky, Louisiana, Maine, Maryland, Massachusetts, Michigan,
    Minnesota, Mississippi, Missouri, Montana, Nebraska, Nevada, New Hampshire, New Jersey, New Mexico,
    North Carolina, North Dakota, Ohio, Oklahoma, Oregon, Pennsylvania, Rhode Island, South Carolina, South
    Dakota, Tennessee, Texas, Utah, Vermont, Virginia, Wisconsin, Wyoming, Kent, Essex, Surrey, Yorkshire,
    Lancashire, Cornwall, Devon, Dorset, Norfolk, Suffolk"""
PLACES: Final = COUNTRIES | frozenset(" ".join(name.split()) for name in f"{_CITIES},{_STATES}".split(","))
PLACE: Final = "(?:" + "|".join(sorted(PLACES, key=len, reverse=True)) + ")"
IN_A_PLACE: Final = re.compile(
    rf"\s(?:in|at|near|outside)\s(?P<place>(?:central |southern |northern |eastern |western )?{PLACE})"
    r"(?P<after>(?: (?:on|in|after|during|for) .+)?)$"
)
"""At the end of a clause, or before its last words."""


def places(text: str) -> tuple[str, ...]:
    """The known places that a text names, each once."""
    return tuple(dict.fromkeys(re.findall(rf"\b{PLACE}\b(?!['’ ][A-Z])", text)))

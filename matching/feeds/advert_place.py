"""The place of a job posting: a stated postcode, or the sector nearest to stated coordinates, or unknown."""

from __future__ import annotations

import math
import re

from matching.feeds.advert import Advert, said
from matching.feeds.html_text import one_line
from matching.feeds.json_ld import members, plain
from matching.places import load_sectors, parse_postcode

NEAREST_SECTOR_WITHIN_KM = 3.0
_FIELD = "jobLocation"
_UNITED_KINGDOM = frozenset(
    ("gb", "gbr", "uk", "u.k.", "united kingdom", "great britain", "england", "scotland", "wales", "northern ireland")
)
_POSTCODE_IN_TEXT = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", re.IGNORECASE | re.ASCII)
_DERIVED = "location.postcode"


def read_place(advert: Advert) -> None:
    """Put the place into the draft if the posting has one; several different places leave it unknown."""
    types = [plain(one) for one in members(advert.node.get("jobLocationType"))]
    location = {}
    if any(isinstance(one, str) and one.strip().upper() == "TELECOMMUTE" for one in types):
        location["remote"] = "only"
    found = [_place(advert, place) for place in members(advert.node.get(_FIELD))]
    postcodes = list(dict.fromkeys(postcode for postcode, _ in found))
    if len(postcodes) > 1:
        known = ", ".join(postcode or "not known" for postcode in postcodes)
        advert.note(f"The advert names several places ({known}). Ask where this role is.")
    elif postcodes and postcodes[0]:
        location["postcode"] = postcodes[0]
        if not any(stated for _, stated in found):
            advert.derived.append(_DERIVED)
    if location:
        advert.content["location"] = location


def _place(advert: Advert, place: object) -> tuple[str, bool]:
    """Return the postcode of a place, empty if unknown, and whether the advert states it."""
    place = advert.follow(place)
    if isinstance(place, str):
        return _in_words(advert, place), True
    if not isinstance(place, dict):
        advert.warn(_FIELD, f"should be a place, not {said(place)}")
        return "", False
    address = advert.follow(place.get("address"))
    if isinstance(address, str):
        stated = _in_words(advert, address)
    elif isinstance(address, dict):
        if _is_abroad(advert, address):
            return "", False
        stated = _stated_postcode(advert, address)
    else:
        stated = ""
    return (stated, True) if stated else (_nearest_sector(advert, place), False)


def _stated_postcode(advert: Advert, address: dict[str, object]) -> str:
    raw = plain(address.get("postalCode"))
    if raw is None or raw == "":
        return ""
    try:
        return parse_postcode(raw if isinstance(raw, str) else "").text
    except ValueError:
        advert.warn(
            f"{_FIELD}.address.postalCode", f"{said(raw)} is not a postcode such as ME14 1XX, a sector or outcode"
        )
        return ""


def _in_words(advert: Advert, address: str) -> str:
    """Return the one full postcode that an address in words holds."""
    words = one_line(address[:1000])
    found = {" ".join(match.upper().split()) for match in _POSTCODE_IN_TEXT.findall(words)}
    if len(found) == 1:
        try:
            return parse_postcode(found.pop()).text
        except ValueError:
            pass
    if words:
        advert.note(f"Place as advertised: {words}")
    return ""


def _is_abroad(advert: Advert, address: dict[str, object]) -> bool:
    country = advert.follow(address.get("addressCountry"))
    if isinstance(country, dict):
        country = plain(country.get("name"))
    if not isinstance(country, str) or not country.strip() or country.strip().lower() in _UNITED_KINGDOM:
        return False
    advert.note(f"The place is outside the United Kingdom ({one_line(country[:100])}).")
    return True


def _nearest_sector(advert: Advert, place: dict[str, object]) -> str:
    geo = advert.follow(place.get("geo"))
    holder = geo if isinstance(geo, dict) else place
    latitude, longitude = plain(holder.get("latitude")), plain(holder.get("longitude"))
    if latitude is None and longitude is None:
        return ""
    north, east = _degrees(latitude), _degrees(longitude)
    if north is None or east is None:
        advert.warn(
            f"{_FIELD}.geo", f"{said(latitude)}, {said(longitude)} are not a latitude and a longitude in degrees"
        )
        return ""
    sector = sector_near(latitude=north, longitude=east)
    if not sector:
        within = f"{NEAREST_SECTOR_WITHIN_KM:g} km"
        advert.warn(f"{_FIELD}.geo", f"no postcode sector of Great Britain lies within {within} of {north}, {east}")
    return sector


def _degrees(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= 180 else None


def sector_near(*, latitude: float, longitude: float) -> str:
    """Return the postcode sector whose centroid is nearest, empty if none lies within three kilometres."""
    # Imported late: only feeds with coordinates need the conversion.
    from convertbng.cutil import convert_bng

    easting, northing = (float(metres[0]) for metres in convert_bng(longitude, latitude))
    if not (math.isfinite(easting) and math.isfinite(northing)):
        return ""
    return load_sectors().nearest_sector(easting=easting, northing=northing, within_km=NEAREST_SECTOR_WITHIN_KM) or ""

"""The pay of a job posting: one amount in pounds by the hour or the year, or unknown."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from matching.feeds.advert import Advert, said
from matching.feeds.json_ld import Node, members, plain

_UNITS = {
    "hour": ("hour", "hourly", "per hour", "an hour", "hur", "ph"),
    "day": ("day", "daily", "per day", "a day"),
    "week": ("week", "weekly", "per week", "a week", "wee"),
    "month": ("month", "monthly", "per month", "a month", "mon"),
    "year": ("year", "yearly", "annual", "annually", "per year", "a year", "per annum", "annum", "pa", "ann"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_A_YEAR = {"week": 52, "month": 12, "year": 1}
# A yearly wage with the unit of an hour would meet every floor, so what nobody is paid counts as unreadable.
_BELIEVABLE = {"hour": (1, 500), "week": (10, 20_000), "month": (40, 80_000), "year": (500, 1_000_000)}
_AMOUNT = re.compile(r"(?P<pounds>£)?\s*(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(?P<part>\d{1,6}))?", re.ASCII)
_FIELD = "baseSalary"


def read_pay(advert: Advert) -> None:
    """Put the pay into the draft if it is one amount, in pounds, by hour, week, month or year."""
    salaries = members(advert.node.get(_FIELD))
    if not salaries:
        return
    if len(salaries) > 1:
        advert.note("The advert gives several rates of pay.")
        return
    holders = _holders(advert, salaries[0])
    amounts = _amounts(advert, holders)
    if not amounts:
        return
    unit_word = next((word for word in (_word(holder, "unitText", "unitCode") for holder in holders) if word), "")
    unit = _UNIT_OF.get(unit_word.lower().strip(), "")
    currency = _currency(advert, holders)
    words = " to ".join(f"{amount:,}" for amount in amounts)
    stated = f"{words} {currency or '(no currency)'}" + (f" per {unit}" if unit else f" {unit_word}".rstrip())
    if currency != "GBP":
        advert.note(f"Pay is given as {stated}; only pounds that are stated as GBP are taken over.")
    elif len(amounts) > 1:
        advert.note(f"Pay is given as a range: {stated}. Ask where in it this role starts.")
    elif not unit or unit == "day":
        advert.note(f"Pay is given as {stated}; what an hour or a year brings is not stated.")
    else:
        _put(advert, amounts[0], unit)


def _holders(advert: Advert, salary: object) -> list[Node]:
    """Return the nodes that may hold amount, unit and currency, the innermost first."""
    salary = advert.follow(salary)
    if not isinstance(salary, dict):
        return [{"value": salary}]
    inner = advert.follow(_first(salary, "value", "price"))
    return [inner if isinstance(inner, dict) else {"value": inner}, salary]


def _put(advert: Advert, amount: Decimal, unit: str) -> None:
    least, most = _BELIEVABLE[unit]
    if not least <= amount <= most:
        advert.warn(_FIELD, f"{amount:,} pounds per {unit} is not believable, so pay stays unknown")
    elif unit == "hour":
        advert.content["pay"] = {"hourly": _pounds(amount)}
    else:
        advert.content["pay"] = {"annual": _pounds(amount * _A_YEAR[unit])}
        if unit != "year":
            advert.derived.append("pay.annual")


def _pounds(amount: Decimal) -> float:
    return float(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _amounts(advert: Advert, holders: list[Node]) -> list[Decimal]:
    """Return one amount, or the two ends of a range; none if it is missing or cannot be read."""
    lowest, highest = (_anywhere(holders, name) for name in ("minValue", "maxValue"))
    ends = [end for end in (lowest, highest) if end is not None]
    stated = ends or [_first(holders[0], "value", "price")]
    amounts = [_amount(plain(raw)) for raw in stated]
    if None in amounts:
        raw = stated[amounts.index(None)]
        advert.warn(_FIELD, f"{said(raw)} is not an amount above 0, so pay stays unknown")
        return []
    found = [amount for amount in amounts if amount is not None]
    if len(found) == 2 and found[0] > found[1]:
        advert.warn(_FIELD, f"minValue {found[0]:,} is above maxValue {found[1]:,}, so pay stays unknown")
        return []
    if len(ends) == 1:
        end = "at least" if highest is None else "at most"
        advert.note(f"Pay is given as {end} {found[0]:,}. Ask what this role pays.")
        return []
    return list(dict.fromkeys(found))


def _amount(raw: object) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return Decimal(str(raw)) if 0 < raw < 1e9 else None
    found = _AMOUNT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not found:
        return None
    amount = Decimal(found["whole"].replace(",", "") + "." + (found["part"] or "0"))
    return amount if amount > 0 else None


def _currency(advert: Advert, holders: list[Node]) -> str:
    stated = [_word(holder, "currency", "priceCurrency") for holder in holders]
    stated.append(_word(advert.node, "salaryCurrency"))
    amounts = [holder.get(name) for holder in holders for name in ("value", "price", "minValue", "maxValue")]
    if any(isinstance(raw, str) and "£" in raw for raw in amounts):
        stated.append("GBP")
    codes = {code.strip().upper().replace("£", "GBP") for code in stated if code}
    return " and ".join(sorted(codes))


def _anywhere(holders: list[Node], name: str) -> object:
    return next((holder[name] for holder in holders if holder.get(name) is not None), None)


def _first(node: Node, *names: str) -> object:
    return next((node[name] for name in names if node.get(name) is not None), None)


def _word(node: Node, *names: str) -> str:
    word = plain(_first(node, *names))
    return word[:20] if isinstance(word, str) else ""

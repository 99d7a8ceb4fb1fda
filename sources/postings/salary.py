"""What a posting says it pays: a range with currency and period, where it is stated and can be true."""

from __future__ import annotations

import re

import msgspec

_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "rp": "IDR", "us$": "USD", "c$": "CAD",
            "ca$": "CAD", "a$": "AUD", "au$": "AUD", "s$": "SGD", "euro": "EUR", "euros": "EUR"}  # fmt: skip
_CODES = (
    "usd",
    "eur",
    "gbp",
    "cad",
    "aud",
    "sgd",
    "chf",
    "jpy",
    "inr",
    "idr",
    "pln",
    "sek",
    "nok",
    "dkk",
    "brl",
    "mxn",
)
# A unit of these is worth about so many times less than a dollar: what is plausible is scaled by it.
_SCALE = {"JPY": 100, "INR": 50, "IDR": 10_000, "SEK": 10, "NOK": 10, "DKK": 6, "MXN": 15, "BRL": 4, "PLN": 3}
# From which to which amount a wage is believed, in dollars or the like.
_BOUNDS = {"year": (8_000, 2_000_000), "month": (300, 100_000), "day": (50, 6_000), "hour": (4, 1_000)}
_PERIODS = {
    "hour": r"hour|hourly|hr|hrs|h|stunde|std|heure|hora|jam",
    "day": r"day|daily|tag|tagessatz|jour|día|hari",
    "month": r"month|monthly|mo|monat|monatlich|mois|mes|bulan|mensual(?:es)?|p\.m",
    "year": r"year|yearly|annual|annually|annum|yr|jahr|jährlich|jahresgehalt|an|ann[ée]e|año|anual(?:es)?|tahun|p\.a",
}
_MONEY = r"(?:us\$|ca\$|au\$|c\$|a\$|s\$|[$€£¥₹]|\brp\.?|\b(?:" + "|".join(_CODES) + r"|euros?)\b)"
_AMOUNT = r"\d{1,2}(?:,\d{2})+,\d{3}|\d{1,3}(?:[.,' \u2019]\d{3})+|\d+(?:[.,]\d{1,2})?(?!\d)"
_SEPARATOR = r"\s*(?:-|–|—|−|to\b|bis\b|à\b|a\b|hasta\b|until\b|and\b|sampai\b)\s*"
_RANGE = re.compile(
    rf"(?P<before>{_MONEY})?\s*(?P<low>{_AMOUNT})\s*(?P<lowk>k\b)?\s*(?P<between>{_MONEY})?"
    rf"(?:{_SEPARATOR}(?P<again>{_MONEY})?\s*(?P<high>{_AMOUNT})\s*(?P<highk>k(?![a-z]))?)?"
    rf"\s*(?P<after>{_MONEY})?",
    re.IGNORECASE,
)
_PERIOD_AFTER = re.compile(
    r"^[\s)]*(?:[a-z]{3}\b)?[\s),]*(?:brut(?:to)?\b|gross\b)?\s*(?:/|per\b|an?\b|pro\b|par\b|por\b|al\b|each\b)?\s*\b(?:"
    + "|".join(f"(?P<{period}>{words})" for period, words in _PERIODS.items())
    + r")\b",
    re.IGNORECASE,
)
_LARGE = re.compile(r"^\s*(?:m|mm|mn|mio|million|millions|b|bn|billion|millones|juta)\b", re.IGNORECASE)
_WAGE = ("salar", "compensation", "comp ", "comp:", "pay ", "pay:", "base", "gehalt", "sueldo", "gaji", "remunera",
         "ote ", "wage", "rate", "tarif")  # fmt: skip
_YEARLY = ("jahresgehalt", "annual", "per year", "yearly", "jährlich", "par an", "a year")
_OTHER_MONEY = re.compile(
    r"raised|funding|series [a-e]\b|seed\b|revenue|arr\b|mrr\b|valued|valuation|bonus|budget|stipend|referral|"
    r"grant|prize|fund\b|in sales|customers|credits|relocation|allowance|tips"
)
# Capitals are rare in a text, so this runs through it quickly; codes in small letters are not looked for.
_SIGN = re.compile("|".join((r"\$", "€", "£", "¥", "₹", "Rp", "EURO?", "Euro", *(code.upper() for code in _CODES))))
_AMOUNT_BEHIND = re.compile(r"\s?\d")
_NEAR = 40
# So far around a sign its amounts can stand.
_REACH = 48
_MOST = 12


class Salary(msgspec.Struct, frozen=True, gc=False):
    """A stated pay: amounts in units of `currency` (ISO 4217) per `period` (hour, day, month or year)."""

    low: float
    high: float
    currency: str
    period: str


def believed(low: float, high: float, currency: str, period: str) -> Salary | None:
    """Return a pay, None where nobody would pay that: out of bounds, upside down, or too wide a range."""
    least, most = (bound * _SCALE.get(currency, 1) for bound in _BOUNDS[period])
    return Salary(low, high, currency, period) if least <= low <= high <= most and high <= 5 * low else None


def find_salary(text: str) -> Salary | None:
    """Return the first pay that a plain text states and that can be true, else None."""
    done = 0
    for count, sign in enumerate(_SIGN.finditer(text)):
        if count == _MOST:
            break
        if sign.start() < done:
            continue
        match = _money(text, sign.start(), sign.end(), done)
        if match is not None:
            salary = _read(match, text)
            if salary is not None:
                return salary
            done = match.end()
    return None


def _money(text: str, at: int, end: int, done: int) -> re.Match[str] | None:
    """Return the amounts that a sign of money belongs to: most stand behind it, others before."""
    behind = _AMOUNT_BEHIND.match(text, end)
    if behind:
        start = at - 2 if text[max(at - 2, 0) : at].lower() in ("us", "ca", "au") else at
        return _RANGE.match(text, start - 1 if text[start - 1 : start] in ("C", "A", "S") and start == at else start)
    begins = max(at - _REACH, done)
    # Not in the middle of an amount.
    begins = begins if begins == done else text.find(" ", begins, at) + 1 or begins
    for match in _RANGE.finditer(text, begins, min(end + _REACH, len(text))):
        if match["between"] or match["again"] or match["after"]:
            return match
        if match.start() > at:
            return None
    return None


def _read(match: re.Match[str], text: str) -> Salary | None:
    behind = text[match.end() : match.end() + _NEAR].lower()
    around = text[max(match.start() - _NEAR, 0) : match.start()].lower()
    if _LARGE.match(behind) or _OTHER_MONEY.search(around + " " + behind[:20]):
        return None
    currency = _currency(match)
    low, high = _amount(match["low"]), _amount(match["high"] or match["low"])
    is_thousands = bool(match["highk"] or (match["lowk"] and not match["high"]))
    if match["lowk"] or is_thousands:
        low *= 1000
    if is_thousands or (match["lowk"] and high < 1000):
        high *= 1000
    period = _period(behind, around)
    is_wage = match["high"] or period or any(word in f"{around} {behind}" for word in _WAGE)
    if period is None and low >= _BOUNDS["year"][0] * _SCALE.get(currency, 1) * 1.5:
        period = "year"
    return believed(low, high, currency, period) if is_wage and period else None


def _period(behind: str, around: str) -> str | None:
    stated = _PERIOD_AFTER.match(behind)
    if stated:
        return stated.lastgroup
    return "year" if any(word in around for word in _YEARLY) else None


def _currency(match: re.Match[str]) -> str:
    """A code behind the amounts says more than a sign before them: `$100k-120k CAD`."""
    words = [match[name].strip(".").lower() for name in ("after", "again", "between", "before") if match[name]]
    codes = [word.upper() for word in words if word in _CODES]
    return codes[0] if codes else _SYMBOLS[words[-1]]


def _amount(text: str) -> float:
    """`60.000`, `60,000`, `60 000` and `60'000` are sixty thousand; `22.50` is twenty-two and a half."""
    if re.fullmatch(r"\d+[.,]\d{1,2}", text):
        return float(text.replace(",", "."))
    return float(re.sub(r"\D", "", text))

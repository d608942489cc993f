"""Instants in documents: what `scim.date_time.read_instant` reads, as an expression."""

from gatepost.store.filter_sql.builder import Builder


def instant_of(text: str, builder: Builder) -> str:
    """Give the instant that the text is, in microseconds since 1970; NULL where it is none."""
    if builder.is_sqlite:
        return f"instant({text})"
    return f"(SELECT {_INSTANT} FROM regexp_match({text}, '{_PATTERN}') AS m)"  # noqa: S608


_PATTERN = (
    "^([0-9]{4})-([0-9]{2})(?:-([0-9]{2})"
    "(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{1,20}))?)?"
    "(?:[Zz]|([+ -])([0-9]{2}):?([0-9]{2}))?)?)?$"
)
_YEAR, _MONTH = "CAST(m[1] AS int)", "CAST(m[2] AS int)"
_FIRST = f"make_date({_YEAR}, {_MONTH}, 1)"
_DAY, _HOUR = "CAST(coalesce(m[3], '1') AS int)", "CAST(coalesce(m[4], '0') AS int)"
_MINUTE, _SECOND = "CAST(coalesce(m[5], '0') AS int)", "CAST(coalesce(m[6], '0') AS int)"
_FRACTION = "CAST(rpad(left(coalesce(m[7], '0'), 6), 6, '0') AS int)"
_EAST = """(CASE m[8] WHEN '-' THEN -1 ELSE 1 END
    * (CAST(coalesce(m[9], '0') AS int) * 60 + CAST(coalesce(m[10], '0') AS int)))"""
_DAYS = f"CAST({_FIRST} - DATE '1970-01-01' + {_DAY} - 1 AS bigint)"
_LAST_DAY = f"extract(day FROM {_FIRST} + INTERVAL '1 month' - INTERVAL '1 day')"
_INSTANT = f"""CASE WHEN m IS NOT NULL AND {_YEAR} > 0 AND {_MONTH} BETWEEN 1 AND 12 THEN
    CASE WHEN {_DAY} BETWEEN 1 AND {_LAST_DAY}
        AND {_HOUR} <= 24 AND {_MINUTE} <= 59 AND {_SECOND} <= 60 THEN
        ((({_DAYS} * 24 + {_HOUR}) * 60 + {_MINUTE} - {_EAST}) * 60 + {_SECOND}) * 1000000
        + {_FRACTION}
    END END"""

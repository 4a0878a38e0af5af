"""The time zone of an address. Pure Python, no ORM.

Where a country has several zones, the zone of the state counts; without one, the zone
in which most of its business is done.
"""

import pytz

MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FR": "Europe/Paris",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
}
_ZONE_STATES = {
    "US": {
        "America/Chicago": "AL AR IL IA KS LA MN MS MO NE ND OK SD TN TX WI",
        "America/Denver": "CO ID MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV OR WA",
        "America/Anchorage": "AK",
        "Pacific/Honolulu": "HI",
        "America/Puerto_Rico": "PR VI",
    },
    "CA": {
        "America/Vancouver": "BC",
        "America/Edmonton": "AB NT",
        "America/Regina": "SK",
        "America/Winnipeg": "MB",
        "America/Halifax": "NS NB PE",
        "America/St_Johns": "NL",
        "America/Whitehorse": "YT",
    },
    "AU": {
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Darwin": "NT",
        "Australia/Perth": "WA",
        "Australia/Hobart": "TAS",
    },
}
STATE_ZONES = {
    (country, state): zone
    for country, zones in _ZONE_STATES.items()
    for zone, states in zones.items()
    for state in states.split()
}


def zone_of(country, state, own=None):
    """Return the name of the time zone of an address.

    :param str country: ISO code, possibly empty
    :param str state: code of the state within the country, possibly empty
    :param str own: zone on file, which counts if the country has it
    :return: name of the zone; ``own`` where the country does not say, possibly None
    :rtype: str | None

    >>> zone_of("US", "TX")
    'America/Chicago'
    >>> zone_of("US", "", own="America/Denver")
    'America/Denver'
    >>> zone_of("JP", "", own="Europe/Brussels")
    'Asia/Tokyo'

    The state goes before the zone on file; without either, most of the business:

    >>> zone_of("US", "TX", own="America/Denver"), zone_of("US", "", "Europe/Paris")
    ('America/Chicago', 'America/New_York')
    >>> zone_of("", "", "Europe/Paris"), zone_of("XX", "", ""), zone_of(None, "")
    ('Europe/Paris', None, None)
    >>> zone_of("US", "WA"), zone_of("AU", "WA")
    ('America/Los_Angeles', 'Australia/Perth')

    Each zone that is named here is one:

    >>> {*MAIN_ZONES.values(), *STATE_ZONES.values()} <= pytz.all_timezones_set
    True
    """
    zones = pytz.country_timezones.get(country or "", [])
    if not zones:
        return own or None
    if by_state := STATE_ZONES.get((country, state)):
        return by_state
    if own in zones:
        return own
    main = MAIN_ZONES.get(country)
    return main if main in pytz.all_timezones_set else zones[0]

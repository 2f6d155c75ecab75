"""Windows' names of time zones (TimeZoneKeyName, never translated) as names of the tz database.

After Unicode CLDR, windowsZones.xml; the zone of Viet Nam is named by its own city. Others are absent, not guessed.
"""

from __future__ import annotations

from typing import Final, Mapping

ZONES: Final[Mapping[str, str]] = {
    "se asia standard time": "Asia/Ho_Chi_Minh",
    "north asia standard time": "Asia/Krasnoyarsk",
    "china standard time": "Asia/Shanghai",
    "singapore standard time": "Asia/Singapore",
    "taipei standard time": "Asia/Taipei",
    "w. australia standard time": "Australia/Perth",
    "tokyo standard time": "Asia/Tokyo",
    "korea standard time": "Asia/Seoul",
    "aus eastern standard time": "Australia/Sydney",
    "myanmar standard time": "Asia/Yangon",
    "india standard time": "Asia/Kolkata",
    "arabian standard time": "Asia/Dubai",
    "russian standard time": "Europe/Moscow",
    "w. europe standard time": "Europe/Berlin",
    "romance standard time": "Europe/Paris",
    "gmt standard time": "Europe/London",
    "utc": "Etc/UTC",
    "coordinated universal time": "Etc/UTC",
    "eastern standard time": "America/New_York",
    "central standard time": "America/Chicago",
    "mountain standard time": "America/Denver",
    "pacific standard time": "America/Los_Angeles",
    "hawaiian standard time": "Pacific/Honolulu",
}
"""Key name in lower case → tz name."""

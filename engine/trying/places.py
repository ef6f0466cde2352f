"""Places of a process for what goes on for minutes: so many in all, and so many for each user."""

from __future__ import annotations

from threading import Lock

from core.clock import Clock, Milliseconds
from core.errors import BusyError


class Places:
    """The places for one sort of thing; `noun` names several of it, such as `trials`."""

    def __init__(self, clock: Clock, noun: str, most: int, most_each: int) -> None:
        self._clock = clock
        self._noun = noun
        self._most = most
        self._most_each = most_each
        self._lock = Lock()
        self._taken: list[Place] = []

    def take(self, user: str, until: Milliseconds) -> Place:
        """A place for a user, which gets free at that moment at the latest. Raises BusyError."""
        place = Place(self, user, until)
        with self._lock:
            self._taken = [one for one in self._taken if self._holds(one)]
            mine = sum(1 for one in self._taken if one.user == user)
            if mine >= self._most_each:
                raise BusyError(
                    f"{mine} {self._noun} of yours are under way, the most one user may have; "
                    "end one of them, or try again in a moment"
                )
            if len(self._taken) >= self._most:
                raise BusyError(
                    f"{self._most} {self._noun} are under way, and no more can be; "
                    "try again in a moment"
                )
            self._taken.append(place)
        return place

    def is_held(self, place: Place) -> bool:
        """Whether the place was neither given back nor lapsed."""
        with self._lock:
            return place in self._taken and self._holds(place)

    def give_back(self, place: Place) -> None:
        """The place is free; a second time changes nothing."""
        with self._lock:
            self._taken = [one for one in self._taken if one is not place]

    def _holds(self, place: Place) -> bool:
        return self._clock.now() < place.until


class Place:
    """One place, of a user."""

    def __init__(self, places: Places, user: str, until: Milliseconds) -> None:
        self.user = user
        self.until = until
        self._places = places

    @property
    def is_held(self) -> bool:
        """Whether it was neither given back nor lapsed."""
        return self._places.is_held(self)

    def give_back(self) -> None:
        """It is free; a second time changes nothing."""
        self._places.give_back(self)

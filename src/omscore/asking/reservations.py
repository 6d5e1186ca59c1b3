"""Asking about reservations that a host made by itself."""

from __future__ import annotations

from omscore.asking.backlogs import AskingBacklogs
from omscore.atp.requests import Kept, NoSuchReservation
from omscore.atp.reservations import RESERVATION
from omscore.kernel import ids
from omscore.kernel.errors import Refused
from omscore.orchestration.owning import kept


class AskingReservations(AskingBacklogs):
    """Questions of owners; nothing is changed by asking."""

    def reservation(self, reservation: str) -> Kept:
        """How a reservation stands, and with it the ticket for it; `Refused` if there is none.

        One of a group may have moved since it was granted, and so be at another epoch; one that is
        overdue keeps nothing.
        """
        id_ = ids.reservation_id(reservation)
        if (held := self.get(RESERVATION.key(id_))) is None:
            raise Refused(NoSuchReservation(id_))
        return kept(id_, held, self._clock.now())

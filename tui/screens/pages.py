"""Which page stands at which place."""

from __future__ import annotations

from tui.actions import Place
from tui.screens.compose import Compose
from tui.screens.doctor import Doctor
from tui.screens.history import History
from tui.screens.page import Page
from tui.screens.portmap import PortMap

_PAGES: dict[Place, type[Page]] = {
    Place.MAP: PortMap,
    Place.COMPOSE: Compose,
    Place.HISTORY: History,
    Place.DOCTOR: Doctor,
}


def new_page(place: Place) -> Page:
    """A page of that place. Raises KeyError for the home page, which is always there."""
    return _PAGES[place]()

"""The responses of all consultations in the API: the list with the facets of the page, and one of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from consult.api.layer import Listing, ListParameters, Nothing, Parameters
from consult.api.parameters import LARGEST_ID, Slug, facet
from consult.api.responses import Response
from consult.api.responses import responses as as_resources
from consult.api.views import layer
from consult.core.errors import NotFound
from consult.core.i18n import _, _l
from consult.evaluation import queries


class ResponsePlace(BaseModel):
    """Addressed by its number."""

    id: int = Field(ge=1, le=LARGEST_ID, description=_l("Number of the response."))


class ResponseList(ListParameters):
    """The facets of the list of responses."""

    consultation: list[Slug] = facet(_l("Key of the consultation."))
    status: list[Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]] = facet(_l("What becomes of the ideas."), "examined")


@layer.read(
    "/responses", Response, is_list=True, parameters=ResponseList, tag="responses",
    summary=_l("What offices have answered, the newest first"), description=_l("With commitments and their reports."),
)  # fmt: skip
def responses(_place: Nothing, given: ResponseList) -> Listing[Response]:
    page = queries.responses_everywhere(given.consultation, given.status, given.after, given.size)
    return Listing(as_resources(page.items), page.next)


@layer.read("/responses/<id>", Response, place=ResponsePlace, tag="responses", summary=_l("One response"))
def response(place: ResponsePlace, _given: Parameters) -> Response:
    found = as_resources(queries.views_of([place.id]))
    if not found:
        raise NotFound(_("There is no response under this address, or it was taken back."))
    return found[0]

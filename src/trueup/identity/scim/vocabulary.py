"""Which resources are served, with which attributes, and how far their senders may depart from the RFCs. Knows no store."""

from __future__ import annotations

from typing import Annotated, Any

import scim2_models as scim
from pydantic import Field
from scim2_models import (
    CaseExact,
    Mutability,
    Reference,
    Required,
    Resource,
    ResourceType,
    Returned,
    ScimPolicy,
    ScimProvider,
)

MOST_RESULTS = 1000  # resources on a page
PAGE = 100  # where the client says none
MOST_OPERATIONS = 1000  # of one bulk request
LARGEST = 2 * 1024 * 1024  # bytes of a body


class Email(scim.Email):
    """A mail address as its system writes it: those of networks of one's own (.local, .test) are some too."""

    value: str | None = Field(None, description="A mail address of the user.")


class Manager(scim.Manager):
    """Who leads somebody. The identifier alone is enough, as identity providers send it."""

    value: Annotated[str | None, CaseExact.true] = Field(None, description="The id of the manager's User.")
    ref: Annotated[Reference[User] | None, Required.false] = Field(  # type: ignore[assignment]  # ours of the name
        None,
        serialization_alias="$ref",
        validation_alias="$ref",
        description="The address of the manager's User.",
    )


class EnterpriseUser(scim.EnterpriseUser):
    """What an organisation says of a user: number, department, manager."""

    manager: Manager | None = Field(None, description="The user's manager.")


class User(scim.User[Any]):
    """Somebody, as an identity provider has them. A password is taken from nobody: it is read and not kept."""

    emails: list[Email] | None = Field(None, description="Mail addresses of the user.")  # type: ignore[assignment]  # narrower


class Member(scim.GroupMember):
    """Who is in a group. How they are called is theirs to say (RFC 7643, 2.4: readOnly), and told to whoever asks."""

    display: Annotated[str | None, Mutability.read_only, Returned.request] = Field(
        None, description="The member's name."
    )


class Group(scim.Group):
    """A group of users or groups."""

    members: list[Member] | None = Field(None, description="The members of the group.")  # type: ignore[assignment]  # narrower


AnyResource = Resource[Any]
Person: Any = User.__class_getitem__(EnterpriseUser)  # a class that is made at run time
MODELS: dict[str, type[AnyResource]] = {"User": Person, "Group": Group}
EITHER: Any = Person | Group

POLICY = ScimPolicy(
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,  # Entra: remove members with their values
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,  # Entra: add emails[type eq "work"].value
)

CONFIG = scim.ServiceProviderConfig(
    patch=scim.Patch(supported=True),
    bulk=scim.Bulk(supported=True, max_operations=MOST_OPERATIONS, max_payload_size=LARGEST),
    filter=scim.Filter(supported=True, max_results=MOST_RESULTS),
    change_password=scim.ChangePassword(supported=False),
    sort=scim.Sort(supported=True),
    etag=scim.ETag(supported=True),
    pagination=scim.Pagination(
        cursor=False,
        index=True,
        default_pagination_method=scim.Pagination.DefaultPaginationMethod.index,
        default_page_size=PAGE,
        max_page_size=MOST_RESULTS,
    ),
    authentication_schemes=[
        scim.AuthenticationScheme(
            type=scim.AuthenticationScheme.Type.oauthbearertoken,
            name="OAuth Bearer Token",
            description="A token of a service account, as `trueup account create` makes one, in the Authorization header.",
            primary=True,
        ),
        scim.AuthenticationScheme(
            type=scim.AuthenticationScheme.Type.httpbasic,
            name="HTTP Basic",
            description="The account's name, and its token as the password.",
        ),
    ],
)

PROVIDER = ScimProvider(
    models=[User, EnterpriseUser, Group],
    resource_types=[ResourceType.from_resource(model) for model in MODELS.values()],
    config=CONFIG,
    policy=POLICY,
)
"""What the service says of itself (RFC 7644, 4)."""


def type_of(model: type[AnyResource]) -> str:
    """The name of a resource type, as `meta.resourceType` says it."""
    return next(name for name, one in MODELS.items() if one is model)

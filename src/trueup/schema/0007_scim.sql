-- What identity providers say of people and groups (SCIM 2.0). Room: identity.

-- A resource as its client wrote it, and as filters compare it. A client sees its own source's alone. One that was
-- deleted leaves its id, its key and its times; what was known of the person stays in the crosswalk, in two times.
CREATE TABLE scim_resource (
  id          uuid PRIMARY KEY,
  place       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,  -- the order in which they are listed
  source      text NOT NULL,
  type        text NOT NULL CHECK (type IN ('User', 'Group')),
  key         text NOT NULL,                       -- by which the source's roster names a user, from the first day
  body        jsonb NOT NULL,                      -- without what is the server's: id, meta, groups, members
  compared    jsonb NOT NULL,
  user_name   text GENERATED ALWAYS AS (compared ->> 'userName') STORED,
  external_id text GENERATED ALWAYS AS (compared ->> 'externalId') STORED,
  version     bigint NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL,
  modified_at timestamptz NOT NULL,
  deleted_at  timestamptz,
  CHECK (deleted_at IS NULL OR (body = '{}' AND compared = '{}'))
);
CREATE UNIQUE INDEX scim_resource_user_name ON scim_resource (source, user_name) WHERE type = 'User';
CREATE UNIQUE INDEX scim_resource_external_id ON scim_resource (source, type, external_id);
CREATE UNIQUE INDEX scim_resource_key ON scim_resource (source, type, key) WHERE deleted_at IS NULL;
CREATE INDEX scim_resource_listed ON scim_resource (source, type, place) WHERE deleted_at IS NULL;

CREATE TABLE scim_member (
  group_id  uuid NOT NULL REFERENCES scim_resource (id),
  member_id uuid NOT NULL REFERENCES scim_resource (id),
  PRIMARY KEY (group_id, member_id)
);
CREATE INDEX scim_member_member ON scim_member (member_id);

-- The resources that are there, with whom they hold and by whom they are held, as filters compare it.
CREATE VIEW scim_there AS
SELECT r.id, r.place, r.source, r.type, r.key, r.body, r.compared, r.user_name, r.external_id, r.version, r.created_at,
       r.modified_at,
       (SELECT jsonb_agg(jsonb_build_object('value', m.id, 'type', lower(m.type), 'display',
                           coalesce(m.compared -> 'displayName', m.compared -> 'userName')))
          FROM scim_member x JOIN scim_resource m ON m.id = x.member_id WHERE x.group_id = r.id) AS members,
       (SELECT jsonb_agg(jsonb_build_object('value', g.id, 'type', 'direct', 'display', g.compared -> 'displayName'))
          FROM scim_member x JOIN scim_resource g ON g.id = x.group_id WHERE x.member_id = r.id) AS groups
FROM scim_resource r WHERE r.deleted_at IS NULL;

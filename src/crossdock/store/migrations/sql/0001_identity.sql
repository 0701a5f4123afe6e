-- API keys: the digest proves the token, the prefix lets a person recognise it; the token itself is nowhere.
create table api_key (
    id uuid primary key,
    prefix text not null,
    digest bytea not null unique check (length(digest) = 32),
    consumer text not null,
    scopes text[] not null,
    companies text[] not null default '{}',
    channel text not null default '',
    partner text not null default '',
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);

-- register: Store a key's digest; a digest that is known takes over the new terms and is valid again.
insert into api_key (id, prefix, digest, consumer, scopes, companies, channel, partner, expires_at)
values ($1, $2, $3, $4, $5::text[], $6::text[], $7, $8, $9)
on conflict (digest) do update set
    consumer = excluded.consumer, scopes = excluded.scopes, companies = excluded.companies,
    channel = excluded.channel, partner = excluded.partner, expires_at = excluded.expires_at, revoked_at = null;

-- find: The valid key with this digest, and how many seconds it is valid yet.
select consumer, scopes, companies, channel, partner,
       extract(epoch from expires_at - clock_timestamp())::float8 as seconds_left
from api_key
where digest = $1 and revoked_at is null and (expires_at is null or expires_at > clock_timestamp());

-- revoke: End the valid keys with a prefix.
update api_key set revoked_at = clock_timestamp()
where prefix = $1 and revoked_at is null
returning id;

-- list_keys: All keys without their digests, newest first.
select id, prefix, consumer, scopes, companies, channel, partner, created_at, expires_at, revoked_at
from api_key
order by created_at desc, id;

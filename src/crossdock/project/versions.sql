-- lock: versions are given one after the other; readers are not disturbed
lock table network_version in share row exclusive mode

-- find: the version with this content
select version from network_version where digest = $1

-- add: a new version with the next number
with added as (
    insert into network_version (version, name, digest, content)
    select coalesce(max(version), 0) + 1, $1, $2, $3 from network_version
    returning version, applied_at
)
insert into network_in_force (since, version) select applied_at, version from added
returning version

-- put_in_force: this version holds from now on
with put as (
    update network_version set applied_at = greatest(clock_timestamp(),
        (select max(applied_at) from network_version) + '1us')
    where version = $1
    returning applied_at, version
)
insert into network_in_force (since, version) select applied_at, version from put

-- in_force: the version that was applied last
select version from network_version order by applied_at desc limit 1

-- content: what a version says
select content from network_version where version = $1

-- in_force_at: the version that was in force at a moment, and what it says
select v.version, v.content
from network_in_force as f
join network_version as v on v.version = f.version
where f.since <= $1
order by f.since desc limit 1

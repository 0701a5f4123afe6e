-- lock: versions are given one after the other; readers are not disturbed
lock table network_version in share row exclusive mode

-- find: the version with this content
select version from network_version where digest = $1

-- add: a new version with the next number
insert into network_version (version, name, digest, content)
select coalesce(max(version), 0) + 1, $1, $2, $3 from network_version
returning version

-- put_in_force: this version holds from now on
update network_version set applied_at = greatest(clock_timestamp(),
    (select max(applied_at) from network_version) + '1us')
where version = $1

-- in_force: the version that was applied last
select version from network_version order by applied_at desc limit 1

-- content: what a version says
select content from network_version where version = $1

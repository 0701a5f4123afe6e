-- add_timeline: entries of the story of cases
insert into timeline (subject, slot, position, segment, company_id, at, recorded_at, type, source, summary, event_id)
select * from unnest($1::text[], $2::smallint[], $3::bigint[], $4::int[], $5::text[], $6::timestamptz[],
    $7::timestamptz[], $8::text[], $9::text[], $10::text[], $11::uuid[])

-- add_counts: events per type
insert into event_count as c (slot, type, count)
select * from unnest($1::smallint[], $2::text[], $3::bigint[])
on conflict (slot, type) do update set count = c.count + excluded.count

-- set_cases: header states
insert into case_status (subject, process, company_id, state, opened_at, changed_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
on conflict (subject) do update set state = excluded.state, changed_at = excluded.changed_at

-- set_lines: line states
insert into line_status (subject, line, company_id, state, changed_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
on conflict (subject, line) do update set state = excluded.state, changed_at = excluded.changed_at

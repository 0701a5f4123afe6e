-- add_counts: events per type
insert into event_count as c (slot, type, count)
select * from unnest($1::text::smallint[], $2::text::text[], $3::text::bigint[])
on conflict (slot, type) do update set count = c.count + excluded.count

-- set_cases: header states
insert into case_status (subject, process, company_id, state, opened_at, changed_at)
select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::timestamptz[],
    $6::text::timestamptz[])
on conflict (subject) do update set state = excluded.state, changed_at = excluded.changed_at

-- set_lines: line states
insert into line_status (subject, line, company_id, state, changed_at)
select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::timestamptz[])
on conflict (subject, line) do update set state = excluded.state, changed_at = excluded.changed_at

-- add_drop_shipped: what a supplier was asked to ship straight to a customer; an order is placed once
insert into drop_shipped (subject, line, company_id, supplier, item, quantity, ordered_at)
select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::numeric[], $7::text::timestamptz[])
on conflict (subject, line) do nothing

-- list: Drifts behind a cursor, oldest first: those alive, or all.
select * from drift
where ($1::text[] is null or company_id = any($1::text[])) and ($2::text is null or system = $2)
  and ($3::text is null or item = $3) and ($4::text is null or cause = $4) and ($5::boolean or closed_at is null)
  and id > $6::uuid
order by id limit $7;

-- find: One drift.
select * from drift where id = $1;

-- hold: One drift, until it is decided upon.
select * from drift where id = $1 for update;

-- changes: How a drift went on.
select number, at, statement, state, cause, detail, differences, units from drift_change where drift = $1 order by number;

-- approve: What is proposed is on its way; the systems get a window to agree.
update drift set state = 'corrected', proposed = '', changes = changes + 1,
    due_at = $2::timestamptz + window_minutes * interval '1 minute'
where id = $1;

-- reject: The difference stays as it is, and is not proposed again.
update drift set rejected = differences, proposed = '', changes = changes + 1 where id = $1;

-- note: A person decided.
insert into drift_change (drift, number, at, statement, state, cause, detail, differences, units)
select id, changes, $2, '', state, cause, $3, differences, units from drift where id = $1 on conflict do nothing;

-- forget_assertion: Nothing is booked because of it.
delete from stock_assertion where subject = $1;

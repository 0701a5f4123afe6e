-- timed: What callers hold for a time, the next deadline first.
select id as reservation, company_id as company, source as held_by, request as reference, item, location, remaining,
    state, expires_at
from reservation
where expires_at is not null and remaining > 0 and subject = '' and ($1::text[] is null or company_id = any($1::text[]))
order by expires_at, id
limit $2;

-- lasting: What callers hold without a deadline, too.
select id as reservation, company_id as company, source as held_by, request as reference, item, location, remaining,
    state, expires_at
from reservation
where remaining > 0 and subject = '' and ($1::text[] is null or company_id = any($1::text[]))
order by expires_at nulls last, id
limit $2;

-- without_deadline: How many pieces callers hold until somebody ends them.
select count(*) from reservation
where remaining > 0 and expires_at is null and subject = '' and ($1::text[] is null or company_id = any($1::text[]));

-- companies: Which companies have promise positions of an item.
select distinct company_id from promise_position
where item = $1 and ($2::text[] is null or company_id = any($2::text[]))
order by company_id;

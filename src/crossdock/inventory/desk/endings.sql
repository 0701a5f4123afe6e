-- due: Reservations whose time is over, the longest first, but for those that are put off.
select id, company_id, deadline from reservation
where expires_at <= $1 and remaining > 0
    and not exists (select 1 from expiry_put_off where reservation = id and wait_until > clock_timestamp())
order by expires_at, id limit $2;

-- put_off: A reservation could not be ended; that is tried again later.
insert into expiry_put_off as o (reservation, wait_until, failure) values ($1, clock_timestamp() + $2::interval, $3)
on conflict (reservation) do update set attempts = o.attempts + 1, wait_until = excluded.wait_until,
    failure = excluded.failure;

-- failed: How often it could not be ended.
select attempts from expiry_put_off where reservation = $1;

-- forget_put_off: Nothing is due any more of those that were put off.
delete from expiry_put_off where not exists (
    select 1 from reservation where id = reservation and remaining > 0 and expires_at is not null);

-- open: What stands or waits of a reservation, piece by piece; $1 to $2 are the names it may have.
select id, company_id, item, location, pool, remaining, expires_at, deadline
from reservation
where id >= $1 and id < $2 and remaining > 0
order by id;

-- claim: Take keys, in order; those that come back are new.
insert into ledger_entry (digest, company_id, key, what, subject, document, reason, actor, content, answer, occurred_at)
select k.digest, k.company_id, k.key, k.what, '', k.document, k.reason, 'api', k.content, k.answer,
    (select business_now())
from unnest($1::text::bytea[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::text[], $7::text::bytea[], $8::text::text[])
    as k (digest, company_id, key, what, document, reason, content, answer)
order by k.digest
on conflict (digest) do nothing
returning digest;

-- lock: Positions, in order: whoever ends or fills what stands there holds them, too.
select p.id
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[])
    as k (company_id, item, location, pool)
join promise_position as p
    on p.company_id = k.company_id and p.item = k.item and p.location = k.location and p.pool = k.pool
order by p.company_id, p.item, p.location, p.pool
for no key update of p;

-- extend: Another deadline in place of the one that these pieces have.
update reservation set expires_at = $2, deadline = deadline + 1 where id = any($1::text::text[]);

-- confirm: No deadline any more; what the caller calls it from now on, where that is said.
update reservation set expires_at = null, deadline = deadline + (expires_at is not null)::int,
    confirmed_at = coalesce(confirmed_at, business_now()), request = case when $2 = '' then request else $2 end
where id = any($1::text::text[]);

-- entry: What was asked under a digest from $1 to $2.
select digest, company_id, key, what, document, reason, actor, answer, occurred_at
from ledger_entry where digest >= $1 and digest <= $2;

-- asked: What was asked under a key, and answered.
select content, answer from ledger_entry where digest = $1;

-- entries: What was asked under these digests.
select digest, what, subject, reason, actor, occurred_at from ledger_entry where digest = any($1::text::bytea[]);

-- pieces: A reservation, piece by piece, ended ones too, with the supply that waiting ones are tied to.
select r.id, r.line, r.item, r.location, r.pool, r.quantity, r.remaining, r.state, r.waiting, r.expires_at,
    r.confirmed_at, r.deadline, r.request,
    (select coalesce(sum(p.quantity), 0) from peg as p where p.reservation = r.id) as pegged,
    (select max(s.expected_on) from peg as p join expected_supply as s
        on s.company_id = p.company_id and s.source = p.source and s.line = p.line
        where p.reservation = r.id) as expected_on
from reservation as r
where r.id >= $1 and r.id < $2
order by r.asked_number;

-- adopted: Who took these reservations over, and how much; an order takes one once, and what it leaves is free.
select m.reservation, e.subject, e.occurred_at, -sum(m.reserved)
from promise_movement as m join ledger_entry as e on e.digest = m.entry
where m.reservation = any($1::text::text[]) and m.kind = 'adopt' and m.reserved < 0
group by m.reservation, e.subject, e.occurred_at;

-- made: Under which keys callers who may wait asked; $1 to $2 are the digests that a name may stand for.
select e.digest, e.company_id, e.key
from unnest($1::text::bytea[], $2::text::bytea[]) as k (low, high)
join ledger_entry as e on e.digest >= k.low and e.digest <= k.high
where e.actor = 'api' and e.what = 'asked';

-- answer: What a caller was answered, once that is known.
update ledger_entry set answer = $2 where digest = $1;

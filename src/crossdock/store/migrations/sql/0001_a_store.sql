-- Settings of every session of this database, wherever it comes from: no session state is needed for them.
do $$
begin
    execute format('alter database %I set idle_in_transaction_session_timeout = %L', current_database(), '5s');
    execute format('alter database %I set lock_timeout = %L', current_database(), '10s');
    execute format('alter database %I set transaction_timeout = %L', current_database(), '60s');
    execute format('alter database %I set jit = off', current_database());
end $$;

-- Business time as a straight line over technical time (the database clock). Exactly one row.
create table business_clock (
    only_row boolean primary key default true check (only_row),
    origin_technical timestamptz not null default clock_timestamp(),
    origin_business timestamptz not null default clock_timestamp(),
    rate double precision not null default 1 check (rate > 0)
);
insert into business_clock default values;

create function business_now() returns timestamptz language sql volatile as $$
    select origin_business + (clock_timestamp() - origin_technical) * rate from business_clock
$$;

-- Numbers without gaps, taken in the transaction that uses them: control numbers, document numbers.
create table number_counter (
    name text collate "C" primary key,
    value bigint not null
) with (fillfactor = 50);

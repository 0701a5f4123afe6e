-- What arrived, byte for byte. Stored and committed before anything is answered.
create table raw_document (
    id uuid primary key,
    source text not null,
    kind text not null,
    content_type text not null,
    name text not null,
    sha256 bytea not null,
    size bigint not null,
    received_at timestamptz not null,
    status text not null default 'received',
    faults text not null default '',
    records integer not null default 0,
    progress text not null default ''  -- of a large document that is translated in portions
) with (fillfactor = 60);
-- By faults, not by status: a document that is translated well then changes no index.
create index raw_document_quarantined on raw_document (received_at) where faults <> '';

create table raw_chunk (
    document_id uuid not null,
    chunk integer not null,
    content bytea not null,
    primary key (document_id, chunk)
);
alter table raw_chunk alter column content set storage external;

-- Gate 1: the same bytes or envelope again.
create table transport_key (
    source text collate "C" not null,
    key text collate "C" not null,
    document_id uuid not null,
    primary key (source, key)
);

-- Gate 1, too: what senders number themselves (ISA, GS, ST), and the number of the answer it got.
create table wrapper (
    source text collate "C" not null,
    key text collate "C" not null,
    document_id uuid not null,
    place bigint not null,
    content bytea not null,
    answer text not null,
    seen_at timestamptz not null,
    primary key (source, key)
);

-- Gate 2, for ever: the same business document again, or another one under the same identity.
create table business_identity (
    company_id text collate "C" not null,
    document text collate "C" not null,
    issuer text collate "C" not null,
    number text collate "C" not null,
    revision text collate "C" not null,
    digest bytea not null,
    subject text collate "C" not null,
    primary key (company_id, document, issuer, number, revision)
);

-- Running business processes. Only the worker that holds the slot of `id` writes a row.
create table process_case (
    id text collate "C" primary key,
    process text not null,
    version text not null,
    company_id text not null,
    state text not null default '',
    data text not null default '',
    sequence bigint not null default 0,
    opened_at timestamptz not null,
    changed_at timestamptz not null,
    finished boolean not null default false,
    parked boolean not null default false
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
create index process_case_unfinished on process_case (process) where not finished;

-- Events of a parked case, waiting in order until a person releases it.
create table parked_event (
    case_id text collate "C" not null,
    segment integer not null,
    slot smallint not null,
    position bigint not null,
    primary key (case_id, segment, position)
);

-- Problems for people.
create table exception_case (
    id uuid primary key,
    case_id text collate "C" not null,
    company_id text not null,
    code text not null,
    key text not null default '',
    detail text not null,
    lines text[] not null default '{}',
    owner text not null,
    money_at_risk numeric,
    currency text not null default '',
    expected_on date,
    reference text not null default '',
    opened_at timestamptz not null,
    changed_at timestamptz not null,
    closed_at timestamptz,
    resolution text not null default ''
);
create unique index exception_case_open on exception_case (case_id, code, key) where closed_at is null;
create index exception_case_of_case on exception_case (case_id);
create index exception_case_by_code on exception_case (code, opened_at) where closed_at is null;

-- Deadlines and expectations of cases, in business time. A missed expectation stays until it is met.
create table deadline (
    case_id text collate "C" not null,
    name text collate "C" not null,
    company_id text not null,
    kind text not null,
    due_at timestamptz not null,
    fired_at timestamptz,
    owed_by text not null default '',
    money_at_risk numeric,
    currency text not null default '',
    slot smallint not null,
    primary key (case_id, name)
);
create index deadline_due on deadline (due_at) where fired_at is null;

-- Order per receiver and key: the delivery whose sequence is the head's may go.
create table delivery_key (
    system text collate "C" not null,
    ordering_key text collate "C" not null,
    last_sequence bigint not null default 0,
    head_sequence bigint not null default 1,
    parked boolean not null default false,
    primary key (system, ordering_key)
) with (fillfactor = 60);

-- Outgoing documents: rendered once, stored before the first attempt, kept for ever.
create table delivery (
    id uuid primary key,
    system text collate "C" not null,
    ordering_key text collate "C" not null,
    sequence bigint not null,
    operation text not null,
    number text not null,
    idempotency_key text collate "C" not null,
    company_id text not null,
    case_id text collate "C" not null,
    report boolean not null default false,
    priority smallint not null default 5,
    status text not null,
    attempts integer not null default 0,
    attempt_id uuid,
    worker text not null default '',
    next_attempt_at timestamptz not null default clock_timestamp(),
    content bytea not null,
    content_type text not null,
    target text not null,
    method text not null,
    reply text not null default '',
    outcome text not null default '',
    code text not null default '',
    detail text not null default '',
    trace_id text not null default '',
    correlation_id uuid,
    business_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    delivered_at timestamptz
) with (fillfactor = 70);
create index delivery_ready on delivery (system, priority, next_attempt_at) where status = 'ready';
create index delivery_sending on delivery (system) where status = 'sending';
create index delivery_dead on delivery (system, code) where status = 'dead';
create unique index delivery_order on delivery (system, ordering_key, sequence);
create unique index delivery_idempotency on delivery (system, idempotency_key);
create index delivery_of_case on delivery (case_id);

-- How each outside system behaves and is treated, shared by all workers: circuit breaker, halt, pause, rate.
create table system_state (
    system text collate "C" primary key,
    failures integer not null default 0,
    open_until timestamptz not null default '-infinity',
    halted text not null default '',
    paused boolean not null default false,
    booked_until timestamptz not null default '-infinity',
    changed_at timestamptz not null default clock_timestamp()
);

-- Live workers; what a dead one was sending is given to others.
create table worker_session (
    owner text collate "C" primary key,
    alive_until timestamptz not null,
    started_at timestamptz not null default clock_timestamp()
);

-- Work that one worker at a time does: polls (with their cursor), publications.
create table task (
    name text collate "C" primary key,
    worker text not null default '',
    next_at timestamptz not null default clock_timestamp(),
    cursor text not null default '',
    state text not null default '',
    failures integer not null default 0,
    detail text not null default ''
) with (fillfactor = 50);

-- What each channel was told last of each item, and in which publication; no quantity if that one never arrived.
create table published_item (
    company_id text collate "C" not null,
    channel text collate "C" not null,
    item text collate "C" not null,
    publication text collate "C" not null,
    quantity numeric,
    version bigint not null,
    primary key (company_id, channel, item)
) with (fillfactor = 70);

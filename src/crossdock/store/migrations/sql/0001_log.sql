-- The event log: 64 slots, gapless positions per slot, range-partitioned by segment so that archiving is a detach.
create table log_segment (
    segment integer primary key,
    opened_at timestamptz not null default clock_timestamp(),
    events_before bigint not null default 0
);
insert into log_segment (segment) values (0);

create table log_head (
    slot smallint primary key,
    segment integer not null,
    position bigint not null
) with (fillfactor = 20, autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_cost_delay = 0);
insert into log_head select slot, 0, 0 from generate_series(0, 63) as slot;

create table event (
    segment integer not null,
    slot smallint not null,
    position bigint not null,
    id uuid not null,
    type text not null,
    schema_version smallint not null,
    subject text collate "C" not null,
    partition_key text collate "C" not null,
    company_id text not null,
    source text not null,
    source_sequence bigint,
    actor text not null,
    on_behalf_of text not null,
    occurred_at timestamptz not null,
    occurred_precision text not null,
    occurred_zone text not null,
    recorded_at timestamptz not null,
    correlation_id uuid not null,
    causation_id uuid,
    trace_id text not null,
    network_version integer not null,
    process_version text not null,
    simulation text not null,
    body text not null,
    primary key (segment, slot, position)
) partition by range (segment);
create table event_segment_0 partition of event for values from (0) to (1)
    with (autovacuum_vacuum_insert_scale_factor = 0.5);

-- A consumer's place in a slot, and who works there: changed in the transaction of the consumer's effects.
create table checkpoint (
    consumer text collate "C" not null,
    slot smallint not null,
    segment integer not null default 0,
    position bigint not null default 0,
    owner text not null default '',
    epoch bigint not null default 0,
    leased_until timestamptz not null default '-infinity',
    primary key (consumer, slot)
) with (fillfactor = 20, autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_cost_delay = 0);

-- How people and documents name a case.
create table business_key (
    company_id text collate "C" not null,
    kind text collate "C" not null,
    issuer text collate "C" not null,
    value text collate "C" not null,
    subject text collate "C" not null,
    -- A key that a document of ours carried (a control number) names that document: its kind and number.
    document text collate "C" not null default '',
    number text collate "C" not null default '',
    primary key (kind, value, issuer, company_id, subject)
);
create index business_key_of_case on business_key (subject);

-- Which document is part of which, in which role.
create table document_link (
    company_id text collate "C" not null,
    document text collate "C" not null,
    subject text collate "C" not null,
    line text collate "C" not null default '',
    role text collate "C" not null default '',
    primary key (subject, document, line, role)
);
create index document_link_by_document on document_link (document);

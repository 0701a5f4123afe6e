-- A key that a document of ours carried (a control number) names that document: its kind and number.
alter table business_key
    add column document text collate "C" not null default '',
    add column number text collate "C" not null default '';

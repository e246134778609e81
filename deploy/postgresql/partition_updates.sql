-- Splits the updates of all counties into sixteen tables by county. Stop sipbot, back it up, then as its own database user:
--     psql --single-transaction --set ON_ERROR_STOP=1 --file deploy/postgresql/partition_updates.sql DATABASE
-- sipbot itself does not notice: it reads and writes step_update as before. See docs/scaling.md.
LOCK TABLE step_update IN ACCESS EXCLUSIVE MODE;
ALTER TABLE step_update RENAME TO step_update_whole;
CREATE TABLE step_update (LIKE step_update_whole INCLUDING DEFAULTS) PARTITION BY HASH (organization_id);
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE step_update_%s PARTITION OF step_update FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part);
    END LOOP;
END $$;
ALTER TABLE step_update_whole NO FORCE ROW LEVEL SECURITY;
INSERT INTO step_update SELECT * FROM step_update_whole;
ALTER SEQUENCE step_update_id_seq OWNED BY step_update.id;
ALTER TABLE step_update_whole DROP CONSTRAINT pk_step_update CASCADE;
DROP INDEX ix_step_update_organization_id, ix_step_update_organization_id_at, ix_step_update_person_id, ix_step_update_step_id_at;
ALTER TABLE step_update ADD CONSTRAINT pk_step_update PRIMARY KEY (organization_id, id);
ALTER TABLE step_update ADD CONSTRAINT fk_step_update_organization_id FOREIGN KEY (organization_id) REFERENCES organization (id);
ALTER TABLE step_update ADD CONSTRAINT fk_step_update_step_id FOREIGN KEY (step_id) REFERENCES step (id);
ALTER TABLE step_update ADD CONSTRAINT fk_step_update_person_id FOREIGN KEY (person_id) REFERENCES person (id);
ALTER TABLE step_update ADD CONSTRAINT fk_step_update_supersedes_id
    FOREIGN KEY (organization_id, supersedes_id) REFERENCES step_update (organization_id, id);
CREATE INDEX ix_step_update_organization_id ON step_update (organization_id);
CREATE INDEX ix_step_update_organization_id_at ON step_update (organization_id, at);
CREATE INDEX ix_step_update_person_id ON step_update (person_id);
CREATE INDEX ix_step_update_step_id_at ON step_update (step_id, at);
-- Who may see which county's rows stays as sipbot migrate has made it, whichever of the tables is asked.
DO $$
DECLARE
    policy record;
    part text;
BEGIN
    FOR part IN SELECT 'step_update' UNION ALL SELECT 'step_update_' || n FROM generate_series(0, 15) n LOOP
        FOR policy IN SELECT * FROM pg_policies WHERE tablename = 'step_update_whole' AND schemaname = current_schema() LOOP
            EXECUTE format('CREATE POLICY %I ON %I USING (%s)', policy.policyname, part, policy.qual);
        END LOOP;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    END LOOP;
END $$;
DROP TABLE step_update_whole;

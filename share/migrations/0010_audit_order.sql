-- Schema 10: from here on the times of the audit log never run backwards. Older records may: REPORTCTL_NOW could set them. Never edited once
-- released.

INSERT INTO facts (name, value) SELECT 'audit_in_order_after', CAST(ifnull(max(sequence), 0) AS TEXT) FROM audit;

DROP INDEX audit_by_officer;
DROP TABLE absences;

-- Run with sqlcmd before the hosts start; run again it changes nothing but the login's password, which then is the one in .env, and the user's login.
IF DB_ID(N'fulfilment') IS NULL
    CREATE DATABASE fulfilment;
GO

-- So that the log can be backed up, and a failure costs minutes and not a day.
IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'fulfilment' AND recovery_model <> 1)
    ALTER DATABASE fulfilment SET RECOVERY FULL;
GO

-- 1 GB at once, in pages of 8 KB: a log that grows in small steps is slow.
IF (SELECT size FROM sys.master_files WHERE database_id = DB_ID(N'fulfilment') AND type = 1) < 131072
    ALTER DATABASE fulfilment MODIFY FILE (NAME = fulfilment_log, SIZE = 1GB, FILEGROWTH = 256MB);
GO

-- Readers see committed rows and wait for no writer. The engine refuses a database without.
IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'fulfilment' AND is_read_committed_snapshot_on = 0)
    ALTER DATABASE fulfilment SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;
GO

IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'fulfilment' AND snapshot_isolation_state = 0)
    ALTER DATABASE fulfilment SET ALLOW_SNAPSHOT_ISOLATION ON;
GO

IF SUSER_ID(N'fulfilment') IS NULL
    CREATE LOGIN fulfilment WITH PASSWORD = N'$(DATABASE_PASSWORD)', DEFAULT_DATABASE = fulfilment;
ELSE
    ALTER LOGIN fulfilment WITH PASSWORD = N'$(DATABASE_PASSWORD)';
GO

USE fulfilment;
GO

-- A database that was restored from another server has the user, with nobody's login.
IF USER_ID(N'fulfilment') IS NULL
    CREATE USER fulfilment FOR LOGIN fulfilment;
ELSE
    ALTER USER fulfilment WITH LOGIN = fulfilment;
GO

-- It changes its own schema at an upgrade. It may touch nothing outside this database.
ALTER ROLE db_owner ADD MEMBER fulfilment;
GO

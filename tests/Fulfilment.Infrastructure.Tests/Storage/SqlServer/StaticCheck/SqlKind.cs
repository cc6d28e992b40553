using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>A type of SQL Server as far as it matters here. In ascending precedence within the numbers: of two that meet, the later wins.</summary>
internal enum SqlKind
{
    Unknown,
    Bit,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Decimal,
    Float,
    Text,
    Binary,
    Moment,
    Other,
}

/// <summary>What never meets another without a CAST.</summary>
internal enum SqlFamily
{
    Unknown,
    Number,
    Text,
    Binary,
    Moment,
    Other,
}

internal static class SqlKinds
{
    public static SqlFamily Family(this SqlKind kind) => kind switch
    {
        SqlKind.Unknown => SqlFamily.Unknown,
        SqlKind.Text => SqlFamily.Text,
        SqlKind.Binary => SqlFamily.Binary,
        SqlKind.Moment => SqlFamily.Moment,
        SqlKind.Other => SqlFamily.Other,
        _ => SqlFamily.Number,
    };

    /// <summary>Whether SQL Server would have to convert one into the other, and might fail on a row.</summary>
    public static bool Clash(SqlKind one, SqlKind other) =>
        one.Family() != SqlFamily.Unknown && other.Family() != SqlFamily.Unknown && one.Family() != other.Family();

    /// <summary>The type of an expression that may be either.</summary>
    public static SqlKind Meet(SqlKind one, SqlKind other) => one > other ? one : other;

    /// <summary>Null: a type that new tables should not have, or that is not known here.</summary>
    public static SqlKind? Of(DataTypeReference? type) => type is not SqlDataTypeReference known
        ? type is XmlDataTypeReference ? SqlKind.Other : null
        : known.SqlDataTypeOption switch
        {
            SqlDataTypeOption.Bit => SqlKind.Bit,
            SqlDataTypeOption.TinyInt => SqlKind.TinyInt,
            SqlDataTypeOption.SmallInt => SqlKind.SmallInt,
            SqlDataTypeOption.Int => SqlKind.Int,
            SqlDataTypeOption.BigInt => SqlKind.BigInt,
            SqlDataTypeOption.Decimal or SqlDataTypeOption.Numeric => SqlKind.Decimal,
            SqlDataTypeOption.Float => SqlKind.Float,
            SqlDataTypeOption.NVarChar or SqlDataTypeOption.VarChar or SqlDataTypeOption.NChar or SqlDataTypeOption.Char => SqlKind.Text,
            SqlDataTypeOption.VarBinary or SqlDataTypeOption.Binary => SqlKind.Binary,
            SqlDataTypeOption.DateTime2 or SqlDataTypeOption.DateTimeOffset or SqlDataTypeOption.Date or SqlDataTypeOption.Time => SqlKind.Moment,
            SqlDataTypeOption.UniqueIdentifier or SqlDataTypeOption.Sql_Variant or SqlDataTypeOption.Rowversion => SqlKind.Other,
            _ => null,
        };

    /// <summary>What a data reader of SqlClient hands out for it, by its C# name; null: not known.</summary>
    public static string? Clr(this SqlKind kind) => kind switch
    {
        SqlKind.Bit => "bool",
        SqlKind.TinyInt => "byte",
        SqlKind.SmallInt => "short",
        SqlKind.Int => "int",
        SqlKind.BigInt => "long",
        SqlKind.Decimal => "decimal",
        SqlKind.Float => "double",
        SqlKind.Text => "string",
        SqlKind.Binary => "byte[]",
        _ => null,
    };
}

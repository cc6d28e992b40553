using System.Net.Http.Headers;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Suppliers.Http;

/// <summary>An answer of which every byte arrived. No record, so that no log prints it.</summary>
public sealed class WholeAnswer
{
    internal WholeAnswer(int status, HttpContentHeaders headers, byte[] body)
    {
        Status = status;
        ContentType = headers.ContentType?.MediaType;
        Body = body;
    }

    /// <summary>Of HTTP.</summary>
    public int Status { get; }

    /// <summary>Without its parameters; null: none, or none that can be read.</summary>
    public string? ContentType { get; }

    /// <summary>Undecoded.</summary>
    public byte[] Body { get; }

    /// <summary>As it is kept.</summary>
    public RawAnswer Raw => new(Status, Body);
}

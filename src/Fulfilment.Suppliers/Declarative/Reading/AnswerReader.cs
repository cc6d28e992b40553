using System.Globalization;
using System.Text.Json;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Reads how answers and callbacks about an order are understood.</summary>
internal sealed class AnswerReader(Mistakes mistakes, SignatureReader signatures, CardsReader cards)
{
    private static readonly Dictionary<string, Meaning> StatusMeanings = new()
    {
        ["issued"] = Meaning.Issued, ["rejected"] = Meaning.Rejected, ["processing"] = Meaning.Processing, ["unknown"] = Meaning.Unknown,
    };

    private static readonly Dictionary<string, Meaning> SubmitMeanings = new(StatusMeanings) { ["notNow"] = Meaning.NotNow };

    private static readonly Dictionary<string, Meaning> QueryMeanings = new(StatusMeanings) { ["notFound"] = Meaning.NotFound };

    public ValueMapReader Values { get; } = new(mistakes);

    /// <summary>Statuses of HTTP whose body is read; 200 where none are listed.</summary>
    public IReadOnlyList<int> ReadHttpStatuses(FieldReader fields)
    {
        var statuses = new List<int>();
        foreach (var item in fields.Items("httpStatuses", "Write a list of numbers: [200]."))
        {
            if (item.Kind == JsonValueKind.Number && int.TryParse(item.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is (>= 200 and < 300) or (>= 400 and < 500))
            {
                statuses.Add(status);
                continue;
            }

            mistakes.Add(item, $"{item.Describe} cannot be listed.", "List numbers from 200 to 299 and from 400 to 499: whatever else comes may come from a gateway that knows nothing of the order, and is unknown.");
        }

        return statuses.Count > 0 ? statuses : [200];
    }

    /// <param name="fields">Of the answer or callback.</param>
    /// <param name="kind">What is read.</param>
    /// <param name="textsOnly">Whether it is a form.</param>
    public OrderAnswer Read(FieldReader fields, AnswerKind kind, bool textsOnly = false)
    {
        var codeNode = fields.Optional("code");
        var codeMeanings = kind switch
        {
            AnswerKind.Submission => SubmitMeanings,
            AnswerKind.Query => QueryMeanings,
            AnswerKind.Callback => StatusMeanings,
        };

        // Where a code says whether the order was taken, its status is of one that was.
        var status = Values.Read(fields.Optional("status"), kind == AnswerKind.Submission && codeNode is not null ? StatusMeanings : codeMeanings, textsOnly);
        if (status is not null)
        {
            codeMeanings = new(codeMeanings) { ["seeStatus"] = Meaning.SeeStatus };
        }

        var code = Values.Read(codeNode, codeMeanings, textsOnly);
        if (codeNode is null && status is null && fields.Optional("status") is null)
        {
            mistakes.Add(fields.Node, "Nothing says what became of the order.", "Add \"status\" or \"code\", each with \"path\" and \"values\".");
        }

        if (code is not null && status is not null && code.Values.All(value => value.Means != Meaning.SeeStatus))
        {
            mistakes.Add(codeNode!, "The status is never looked at, because no code means \"seeStatus\".", "Give the code for \"the call worked\" the meaning \"seeStatus\".");
        }

        if (kind == AnswerKind.Query && code is not null && status is not null && code.Values.Any(value => value.Means == Meaning.Rejected))
        {
            mistakes.Warn(
                codeNode!,
                "A code of a query means rejected. Such codes usually say that the query failed, not the order.",
                "Leave those codes out: whatever is not listed is unknown and asked again.");
        }

        return new OrderAnswer
        {
            Code = code,
            Status = status,
            Message = Values.ReadPath(fields.Optional("message")),
            Reference = Values.ReadPath(fields.Optional("reference")),
            Receipt = Values.ReadPath(fields.Optional("receipt")),
            Cost = Values.ReadMoney(fields.Optional("cost")),
            Cards = fields.Optional("cards") is { } node ? cards.Read(node, Values) : null,
        };
    }

    /// <summary>The signature that an answer must have, if it must.</summary>
    public SignedAnswer? ReadSigned(FieldReader fields)
    {
        var (sign, signature) = (fields.Optional("sign"), fields.Optional("signature"));
        if (sign is null && signature is null)
        {
            return null;
        }

        if (sign is null || signature is null)
        {
            mistakes.Add(fields.Node, "\"sign\" and \"signature\" go together.", "The one says where the answer's signature stands, \"{{field.sign}}\"; the other how it is made.");
            return null;
        }

        var read = signatures.Read(signature, [.. Places.OfReceivedSignatures.Where(kind => kind != PlaceholderKind.Header)]);
        return signatures.ReadPlace(sign, headers: false) is { } place ? new SignedAnswer(read, place) : null;
    }
}

/// <summary>What is read about an order.</summary>
internal enum AnswerKind
{
    /// <summary>The answer to a submission.</summary>
    Submission,

    /// <summary>The answer to a query.</summary>
    Query,

    /// <summary>What the supplier tells of its own accord.</summary>
    Callback,
}

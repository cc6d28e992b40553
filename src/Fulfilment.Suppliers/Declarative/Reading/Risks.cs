using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Holds the parts of a definition against each other: what cannot work, and what works and may cost money.</summary>
internal sealed class Risks(Mistakes mistakes, SourceNode file)
{
    public void Check(SupplierDefinition definition)
    {
        CheckSubmit(definition);
        CheckQuery(definition);
        CheckEnds(definition);
        CheckUnusedSecrets(definition);
    }

    private SourceNode At(string name) => file.Find(name) ?? file;

    private void CheckSubmit(SupplierDefinition definition)
    {
        var request = definition.Submit.Request;
        if (!request.Uses(PlaceholderKind.Reference))
        {
            mistakes.Add(At("submit"), "{{reference}} stands nowhere, so the supplier never learns our order number.", "Put it into the field for \"your order number\": \"orderNo\": \"{{reference}}\".");
        }

        if (!request.Uses(PlaceholderKind.SupplierSku))
        {
            mistakes.Add(At("submit"), "{{supplierSku}} stands nowhere, so the supplier never learns which product is ordered.", "Put it into the field for the product: \"productId\": \"{{supplierSku}}\".");
        }

        if (!request.Uses(PlaceholderKind.MaxCost))
        {
            mistakes.Warn(At("submit"), "There is no price guard: when the supplier raises its price, orders go on at the new one, and routes whose cost is agreed nowhere are passed by.", "If the supplier has a field for the highest price, put {{maxCost:yuan}} or {{maxCost:fen}} into it.");
        }

        if (request.Method == "GET")
        {
            mistakes.Warn(At("submit"), "Orders are placed by GET: what is on the way may repeat or store such requests.", "Write \"method\": \"POST\" if the supplier takes it.");
        }

        if (request.Signature is null)
        {
            mistakes.Warn(At("submit"), "Orders are not signed.", "Sign them if the supplier can, or make sure that a secret is in a header.");
        }
        else if (!request.Uses(PlaceholderKind.Timestamp) && !request.Uses(PlaceholderKind.Nonce))
        {
            mistakes.Warn(At("submit"), "What is signed has neither {{timestamp}} nor {{nonce}}: whoever records a request can send it again.", "Add one of them if the supplier takes it.");
        }

        var meanings = definition.Submit.Answer.Meanings;
        if (!meanings.Contains(Meaning.Issued) && !meanings.Contains(Meaning.Processing))
        {
            mistakes.Add(At("submit"), "No value means that the order was taken.", "Say which value means \"processing\" (taken, not done yet) or \"issued\" (done).");
        }

        if (!meanings.Contains(Meaning.Rejected))
        {
            mistakes.Warn(At("submit"), "No value means \"rejected\": every order that the supplier refuses stays in doubt until a query clears it.", "List the codes of which the supplier's document says that nothing was done, such as a balance too low.");
        }
    }

    private void CheckQuery(SupplierDefinition definition)
    {
        if (definition.Query is not { } query)
        {
            if (definition.Callback is null)
            {
                mistakes.Warn(file, "The supplier can neither be asked nor tells of its own accord: every order without a clear answer waits for a person.", "Add \"query\" or \"callback\" if the supplier has them.");
            }

            return;
        }

        var byReference = query.Request.Uses(PlaceholderKind.Reference);
        if (!byReference && !query.Request.Uses(PlaceholderKind.Receipt))
        {
            mistakes.Add(At("query"), "Neither {{reference}} nor {{receipt}} stands in it, so nobody knows which order is asked for.", "Put {{reference}}, our number, into the field for \"your order number\"; or {{receipt}} if the supplier asks for its own.");
        }
        else if (!byReference)
        {
            mistakes.Warn(At("query"), "Orders are asked for by the supplier's number alone: one whose answer was lost has none and waits for the callback or a person.", "Use {{reference}} if the supplier takes our number.");
            if (definition.Submit.Answer.Receipt is null)
            {
                mistakes.Add(At("submit"), "Queries need the supplier's number, but nothing says where the answer has it.", "Add \"receipt\": \"data.orderNo\", with its place in the answer.");
            }
        }

        if (definition.Submit.Answer.Cards is not null && query.Answer.Cards is null)
        {
            mistakes.Warn(At("query"), "Codes come with the answer to the order only: if that is lost, the order can never be delivered.", "Add \"cards\" if the answer to a query has the codes too.");
        }

        if (!query.Answer.Meanings.Contains(Meaning.Issued))
        {
            mistakes.Add(At("query"), "No value means \"issued\", so asking never ends well.", "Say which value means that the order is done.");
        }
    }

    // What is under way has to end somehow.
    private void CheckEnds(SupplierDefinition definition)
    {
        if (definition.Callback is { } callback && !callback.Answer.Meanings.Contains(Meaning.Issued))
        {
            mistakes.Add(At("callback"), "No value means \"issued\".", "Say which value means that the order is done.");
        }

        var fetchesCards = definition.Submit.Answer.Cards is not null || definition.Query?.Answer.Cards is not null;
        if (!fetchesCards && definition.Callback?.Answer.Cards is not null)
        {
            mistakes.Warn(At("callback"), "Codes come with the callback only: if it is lost, the order can never be delivered.", "Add \"cards\" to \"query\" if its answer has the codes too.");
        }
    }

    private void CheckUnusedSecrets(SupplierDefinition definition)
    {
        var requests = new[] { definition.Submit.Request, definition.Query?.Request, definition.Balance?.Request, definition.Products?.Request }.OfType<RequestDefinition>().ToList();
        var decrypts = new[] { definition.Submit.Answer, definition.Query?.Answer, definition.Callback?.Answer }.OfType<OrderAnswer>();
        var received = new[] { definition.Submit.Answer.Signed, definition.Query?.Answer.Signed, definition.Callback?.Signed }.OfType<SignedAnswer>();
        var templates = requests.SelectMany(request => request.Fields.SelectMany(field => field.Value.Templates).Append(request.Path))
            .Concat(requests.Select(request => request.Signature).Concat(received.Select(signed => signed.Signature)).OfType<SignatureDefinition>().SelectMany(signature => new[] { signature.Text, signature.Key }))
            .Concat(decrypts.Select(answer => answer.Cards?.Decrypt).OfType<DecryptDefinition>().SelectMany(decrypt => new[] { decrypt.Key, decrypt.Iv }));
        var used = templates.OfType<Template>().SelectMany(template => template.Places).Where(place => place.Kind == PlaceholderKind.Secret).Select(place => place.Argument).ToHashSet();
        foreach (var secret in definition.Secrets.Keys.Where(name => !used.Contains(name)))
        {
            mistakes.Warn(At("secrets").Find(secret) ?? At("secrets"), $"The secret \"{secret}\" is used nowhere.", $"Write {{{{secret.{secret}}}}} where it belongs, or take it out.");
        }
    }
}

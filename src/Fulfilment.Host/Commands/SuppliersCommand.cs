using System.CommandLine;

namespace Fulfilment.Host.Commands;

/// <summary>What somebody needs who connects a supplier.</summary>
internal static class SuppliersCommand
{
    public static RootCommand WithSuppliers(this RootCommand root)
    {
        root.Subcommands.Add(new Command("suppliers", "Helps to connect suppliers that are described by a file.") { CheckSupplierCommand.Create(), CertifyCommand.Create() });
        return root;
    }
}

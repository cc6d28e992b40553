using System.Globalization;
using System.Text.Json;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Host.Api.Callers;

namespace Fulfilment.Host.Dashboard;

/// <summary>
/// What the dashboard's buttons do. On a recurring job they act on its row, which is the truth for every engine; what they do to jobs in Hangfire's storage changes
/// nothing but what is shown and how prompt it is, and is written to the audit all the same.
/// </summary>
internal sealed class DashboardCommands(SteerJob steer, IAuditStore audit, IdGenerator ids)
{
    // Names of recurring jobs, or numbers of Hangfire's.
    private const string Chosen = "jobs[]";
    private const int MostNamed = 200;

    /// <summary>True: it is done and answered; false: Hangfire does it, and it is audited.</summary>
    public async Task<bool> TryRunAsync(HttpContext context, Caller caller, string path)
    {
        var chosen = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync(context.RequestAborted))[Chosen].OfType<string>().ToList() : [];
        switch (path)
        {
            case "/recurring/trigger":
                foreach (var name in chosen)
                {
                    await steer.RunNowAsync(name, caller.Actor);
                }

                break;
            case "/recurring/remove":
                foreach (var name in chosen)
                {
                    await steer.PauseAsync(name, paused: true, "Removed on the dashboard.", caller.Actor);
                }

                break;
            default:
                await audit.RecordAsync(new AuditEntry(ids.Next(), caller.Actor, "dashboard.command", $"dashboard:{Clean(path)}", After: Named(chosen)));
                return false;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }

    // A path is what somebody typed: only what Hangfire's own commands are made of is kept of it.
    private static string Clean(string path) => new([.. path.Where(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-').Take(100)]);

    private static string Named(List<string> chosen) =>
        $$"""{"jobs":{{JsonSerializer.Serialize(chosen.Where(id => long.TryParse(id, CultureInfo.InvariantCulture, out _)).Take(MostNamed))}}}""";
}

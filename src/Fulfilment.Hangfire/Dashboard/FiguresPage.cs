using Hangfire.Dashboard;
using Hangfire.Dashboard.Pages;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>A page of ours in Hangfire's frame. All that is not markup of these files goes through <see cref="Text"/>, which encodes it.</summary>
internal abstract class FiguresPage(string title) : RazorPage
{
    public sealed override void Execute()
    {
        Layout = new LayoutPage(title);
        WriteLiteral("<div class=\"row\"><div class=\"col-md-12\"><h1 class=\"page-header\">");
        Text(title);
        WriteLiteral("</h1>");
        Body();
        WriteLiteral("</div></div>");
    }

    protected abstract void Body();

    protected void Text(string? text) => base.Write(text ?? "");

    protected void Paragraph(string text)
    {
        WriteLiteral("<p>");
        Text(text);
        WriteLiteral("</p>");
    }

    protected void Heading(string text)
    {
        WriteLiteral("<h3>");
        Text(text);
        WriteLiteral("</h3>");
    }

    /// <summary>A table, or a sentence where it would be empty.</summary>
    protected void Table(IReadOnlyList<string> columns, IReadOnlyCollection<IReadOnlyList<Cell>> rows, string empty)
    {
        if (rows.Count == 0)
        {
            WriteLiteral("<div class=\"alert alert-info\">");
            Text(empty);
            WriteLiteral("</div>");
            return;
        }

        WriteLiteral("<div class=\"table-responsive\"><table class=\"table table-hover\"><thead><tr>");
        foreach (var column in columns)
        {
            WriteLiteral("<th>");
            Text(column);
            WriteLiteral("</th>");
        }

        WriteLiteral("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            WriteLiteral("<tr>");
            foreach (var cell in row)
            {
                Field(cell);
            }

            WriteLiteral("</tr>");
        }

        WriteLiteral("</tbody></table></div>");
    }

    private void Field(Cell cell)
    {
        WriteLiteral("<td class=\"word-break\">");
        if (cell.Path is { } path)
        {
            WriteLiteral("<a href=\"");
            Text(Url.To(path));
            WriteLiteral("\">");
            Text(cell.Text);
            WriteLiteral("</a>");
        }
        else
        {
            Text(cell.Text);
        }

        WriteLiteral("</td>");
    }
}

/// <summary>A field of a table.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Path">A page of the dashboard that tells more.</param>
internal readonly record struct Cell(string Text, string? Path = null)
{
    public static implicit operator Cell(string text) => new(text);
}

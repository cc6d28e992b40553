using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Fulfilment.Host.Tests.Inventory;

namespace Fulfilment.Host.Tests.Commands;

/// <summary><c>import FILE.xlsx</c> as a process of its own.</summary>
public sealed class ExcelImportTests : IAsyncLifetime
{
    // Style 1 shows dates, style 2 six digits with zeros in front.
    private const string Styles = """
        <styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="165" formatCode="000000"/></numFmts>
        <cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs></styleSheet>
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-excel-").FullName;
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.SkuAsync("V1");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Cells_AreTakenAsTheyWereTyped_OrRefused()
    {
        var file = Workbook(
            ["卡号", "密码", "有效期"],
            ["N1", "S1", "n1:69000"],
            ["n0:123456789012345", "S2", "2090/1/31"],
            ["n0:1234567890123456", "S3", ""],
            ["N4", "n2:42", ""],
            ["N5", "n0:12.5", ""],
            ["N6", "n1:45000", ""]);

        var (code, output) = await ImportAsync(file, "--errors", Path.Combine(_folder, "errors.csv"));

        Assert.True(code == 0, output);
        Assert.Contains("6 rows: 3 accepted, 0 duplicate, 3 rejected.", output, StringComparison.Ordinal);
        Assert.Equal(
            "line,reason\r\n4,digits_lost\r\n6,digits_lost\r\n7,wrong_type\r\n",
            await File.ReadAllTextAsync(Path.Combine(_folder, "errors.csv"), TestContext.Current.CancellationToken));
        var shop = await _host.ShopAsync();
        var order = await _host.PostAsync("/v1/orders?include=codes", shop, """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"V1","quantity":3}]}""")
            .ExpectAsync(System.Net.HttpStatusCode.Created);
        Assert.Equal(
            ["123456789012345 S2", "N1 S1", "N4 000042"],
            order.GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(unit => unit.GetProperty("code").Fields("number", "secret")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task BrokenWorkbook_AndMissingSheet_AreExplained()
    {
        var broken = Path.Combine(_folder, "broken.xlsx");
        await File.WriteAllBytesAsync(broken, [0x50, 0x4B, 3, 4, .. new byte[100]], TestContext.Current.CancellationToken);

        var (code, output) = await ImportAsync(broken);
        Assert.NotEqual(0, code);
        Assert.Contains("error: broken.xlsx cannot be read as an Excel workbook", output, StringComparison.Ordinal);
        (code, output) = await ImportAsync(Workbook(["S1"]), "--sheet", "Nowhere");
        Assert.NotEqual(0, code);
        Assert.Contains("has no sheet \"Nowhere\". It has: Codes.", output, StringComparison.Ordinal);
    }

    // A cell n1:5 is the number 5 in style 1; all others are text.
    private string Workbook(params string[][] rows)
    {
        var sheet = new StringBuilder("""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>""");
        foreach (var (row, r) in rows.Select((row, r) => (row, r + 1)))
        {
            sheet.Append(CultureInfo.InvariantCulture, $"<row r=\"{r}\">");
            foreach (var (cell, c) in row.Select((cell, c) => (cell, (char)('A' + c))))
            {
                sheet.Append(cell.Length > 3 && cell[0] == 'n' && cell[2] == ':'
                    ? $"<c r=\"{c}{r}\" s=\"{cell[1]}\"><v>{cell[3..]}</v></c>"
                    : $"<c r=\"{c}{r}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>");
            }

            sheet.Append("</row>");
        }

        sheet.Append("</sheetData></worksheet>");
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.xlsx");
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const string Package = "http://schemas.openxmlformats.org/package/2006";
        Add("[Content_Types].xml", $"""<Types xmlns="{Package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>""");
        Add("_rels/.rels", $"""<Relationships xmlns="{Package}/relationships"><Relationship Id="r1" Type="{Relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
        Add("xl/workbook.xml", $"""<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{Relations}"><sheets><sheet name="Codes" sheetId="1" r:id="r1"/></sheets></workbook>""");
        Add("xl/_rels/workbook.xml.rels", $"""<Relationships xmlns="{Package}/relationships"><Relationship Id="r1" Type="{Relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{Relations}/styles" Target="styles.xml"/></Relationships>""");
        Add("xl/styles.xml", Styles);
        Add("xl/worksheets/sheet1.xml", sheet.ToString());
        return path;

        void Add(string name, string content)
        {
            using var entry = zip.CreateEntry(name).Open();
            entry.Write(Encoding.UTF8.GetBytes(content));
        }
    }

    private async Task<(int Code, string Output)> ImportAsync(string file, params string[] options)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "import", file, "--sku", "V1", .. options, "--storage", _host.Folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }
}

using System.Reflection;
using Reuseportd.Hosting;
using Tests.Manual;

namespace Decisions.Tests.Manual;

public sealed class ExitCodePageTests
{
    [Fact]
    public void Codes_OfTheDaemon_AreThoseOfThePage()
    {
        var codes = typeof(ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(code => $"{code.GetRawConstantValue()}");
        var page = ReferenceTable.AllOf("docs/reference/exit-codes.md")
            .Single(table => table.Section == "Exit codes of reuseportd");
        Assert.Equal(codes.Order(StringComparer.Ordinal), page.Rows.Select(row => row[0]).Order(StringComparer.Ordinal));
    }
}

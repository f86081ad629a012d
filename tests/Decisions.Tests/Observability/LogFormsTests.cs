using Reuseportd.Model;
using Reuseportd.Observability.Formats;

namespace Decisions.Tests.Observability;

public sealed class LogFormsTests
{
    [Theory]
    [InlineData("auto", true, false, "journal")]
    [InlineData("auto", true, true, "journal")]
    [InlineData("auto", false, true, "console")]
    [InlineData("auto", false, false, "json")]
    [InlineData("json", true, true, "json")]
    [InlineData("console", true, false, "console")]
    [InlineData("journal", false, true, "journal")]
    public void Resolve_WhereStderrAndStdoutGo_Decides(string asked, bool journal, bool terminal, string form) =>
        Assert.Equal(Form(form), LogForms.Resolve(Form(asked), journal, terminal));

    private static LogForm Form(string word) => Enum.Parse<LogForm>(word, ignoreCase: true);
}

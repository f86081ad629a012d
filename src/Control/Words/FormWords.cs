using System.CommandLine;

namespace Reuseportd.Control.Words;

/// <summary><c>-o</c>: in which form an answer is shown; the first is the usual one.</summary>
internal static class FormWords
{
    public const string Table = "table";
    public const string Wide = "wide";
    public const string Text = "text";
    public const string Yaml = "yaml";
    public const string Json = "json";

    public static Option<string> Create(params string[] forms)
    {
        var output = new Option<string>("-o", "--output")
        {
            Description = "Form of the answer.", HelpName = string.Join('|', forms), DefaultValueFactory = _ => forms[0],
        };
        output.AcceptOnlyFromAmong(forms);
        return output;
    }
}

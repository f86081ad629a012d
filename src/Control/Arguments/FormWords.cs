using System.CommandLine;

namespace Reuseportd.Control.Arguments;

/// <summary><c>-o</c>: the format of an answer; the first is the default.</summary>
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
            Description = "Format of the answer.", HelpName = string.Join('|', forms), DefaultValueFactory = _ => forms[0],
        };
        output.AcceptOnlyFromAmong(forms);
        return output;
    }
}

using System.Globalization;
using System.Text;

namespace Reuseportd.Model;

/// <summary>
/// Text with the placeholders <c>{worker}</c>, <c>{service}</c> and <c>{N+worker}</c>. <c>{{</c> stands for '{', and an unmatched
/// '}' for itself. Only <see cref="TryParse"/> makes a template, so expansion cannot fail.
/// </summary>
internal sealed record Template
{
    private Template(string text) => Text = text;

    /// <summary>The text of the configuration.</summary>
    public string Text { get; }

    public override string ToString() => Text;

    /// <returns>The template; or null, and in <paramref name="error"/> the fault of the first bad placeholder.</returns>
    public static Template? TryParse(string text, out string? error)
    {
        error = Walk(text, worker: null, into: null);
        return error is null ? new Template(text) : null;
    }

    public string Expand(WorkerName worker)
    {
        if (!Text.Contains('{', StringComparison.Ordinal)) return Text;
        var expanded = new StringBuilder(Text.Length + 16);
        Walk(Text, worker, expanded);
        return expanded.ToString();
    }

    private static string? Walk(string text, WorkerName? worker, StringBuilder? into)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '{')
            {
                into?.Append(text[at]);
                continue;
            }

            if (at + 1 < text.Length && text[at + 1] == '{')
            {
                into?.Append('{');
                at++;
                continue;
            }

            var end = text.IndexOf('}', at);
            if (end < 0) return "'{' has no '}'; write '{{' for a literal '{'";
            var name = text.AsSpan(at + 1, end - at - 1);
            if (!TryValue(name, worker ?? new WorkerName("", 0), out var value))
                return $"unknown placeholder '{{{name}}}'; known: {{worker}}, {{service}}, {{N+worker}}; "
                    + $"write '{{{{' for a literal '{{'";
            into?.Append(value);
            at = end;
        }

        return null;
    }

    private static bool TryValue(ReadOnlySpan<char> name, WorkerName worker, out string value)
    {
        const string plusWorker = "+worker";
        value = "";
        if (name is "worker") value = worker.Index.ToString(CultureInfo.InvariantCulture);
        else if (name is "service") value = worker.Service;
        else if (name.EndsWith(plusWorker, StringComparison.Ordinal)
                 && int.TryParse(name[..^plusWorker.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var first))
            value = ((long)first + worker.Index).ToString(CultureInfo.InvariantCulture);
        else return false;
        return true;
    }
}

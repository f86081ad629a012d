using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads texts with placeholders.</summary>
internal static class Templates
{
    public static Template? Template(this Field field, string text)
    {
        var template = Model.Template.TryParse(text, out var problem);
        if (template is null) field.Error(Printable.Sentence(problem!));
        return template;
    }
}

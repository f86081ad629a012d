using Reuseportd.Configuration.Reading;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Values;

internal static class Signals
{
    public static readonly Shape Shape = new Shape.Text("^([A-Za-z][A-Za-z0-9]*([+-][0-9]+)?|[0-9]+)$", OrNumber: true);

    public static Signal? Signal(this Section section, Key key)
    {
        const string accepts = "a signal such as TERM, SIGUSR1, RTMIN+3 or 15";
        if (section.Find(key) is not { } field || field.Text(accepts) is not { } text) return null;
        var signal = Model.Signal.TryParse(text);
        if (signal is null) field.Refuse(accepts);
        return signal;
    }
}

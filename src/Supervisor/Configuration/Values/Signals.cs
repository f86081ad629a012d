using Reuseportd.Model;

namespace Reuseportd.Configuration;

internal static class Signals
{
    public static Signal? Signal(this Section section, string key)
    {
        const string accepts = "a signal such as TERM, SIGUSR1, RTMIN+3 or 15";
        if (section.Find(key) is not { } field || field.Text(accepts) is not { } text) return null;
        var signal = Model.Signal.TryParse(text);
        if (signal is null) field.Refuse(accepts);
        return signal;
    }
}

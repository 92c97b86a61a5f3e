<?php
/**
 * Runs the example module as Commerce would, with the least of Commerce that it touches, and prints as JSON what it
 * registered and what its template printed: php module.php FOLDER TEMPLATE
 */
declare(strict_types=1);

namespace Magento\Framework\Component {
    final class ComponentRegistrar
    {
        public const MODULE = 'module';

        /** @var array<string, string> the folder of each module */
        public static array $modules = [];

        public static function register(string $type, string $name, string $path): void
        {
            if ($type !== self::MODULE || isset(self::$modules[$name])) {
                throw new \LogicException("cannot register $type $name");
            }
            self::$modules[$name] = $path;
        }
    }
}

namespace Magento\Framework {
    final class Escaper
    {
        public function escapeUrl(string $url): string
        {
            return htmlspecialchars($url, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
        }
    }
}

namespace Magento\Framework\View\Element {
    use Magento\Framework\Component\ComponentRegistrar;

    /** A block that names no class is one of these. */
    final class Template
    {
        /** The address under which Commerce deploys `Module::path`, a file below the module's view/frontend/web. */
        public function getViewFileUrl(string $file): string
        {
            [$module, $path] = self::known($file);
            return "/static/version1732000000/frontend/Magento/luma/en_US/$module/$path";
        }

        public static function file(string $template): string
        {
            [$module, $path] = self::known($template);
            return ComponentRegistrar::$modules[$module] . "/view/frontend/templates/$path";
        }

        /** @return array{string, string} */
        private static function known(string $file): array
        {
            $parts = explode('::', $file);
            if (count($parts) !== 2 || !isset(ComponentRegistrar::$modules[$parts[0]])) {
                throw new \InvalidArgumentException("$file is of no registered module");
            }
            return $parts;
        }
    }
}

namespace {
    use Magento\Framework\Component\ComponentRegistrar;
    use Magento\Framework\Escaper;
    use Magento\Framework\View\Element\Template;

    error_reporting(E_ALL);
    set_error_handler(static function (int $level, string $message, string $file, int $line): never {
        throw new ErrorException($message, 0, $level, $file, $line);
    });

    [, $folder, $template] = $argv;
    require "$folder/registration.php";
    $html = (static function (Template $block, Escaper $escaper) use ($template): string {
        ob_start();
        require Template::file($template);
        return (string) ob_get_clean();
    })(new Template(), new Escaper());
    echo json_encode(['modules' => array_keys(ComponentRegistrar::$modules), 'html' => $html], JSON_THROW_ON_ERROR);
}
